//! Reads a policy, line by line.

use std::collections::BTreeMap;

use super::{
    LineFault, Node, POLICY_BYTES_MAX, POLICY_ENTRIES_MAX, Policy, PolicyError, PolicyLog,
    PolicyWitness, Quorum, shown,
};
use crate::checkpoint::LogIdentity;
use crate::key::{Algorithm, PublicKey};

const LOG: &str = "log <key> [<URL>]";
const WITNESS: &str = "witness <name> <key> [<URL>]";
const GROUP: &str = "group <name> all|any|<k> <name>…";
const QUORUM: &str = "quorum <name>|none";
const NONE: &[u8] = b"none";

/// Reads a policy.
pub(super) fn policy(bytes: &[u8]) -> Result<Policy, PolicyError> {
    if bytes.len() > POLICY_BYTES_MAX {
        return Err(PolicyError::TooLong);
    }
    let mut reader = Reader::default();
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let read = match line.strip_suffix(b"\n") {
            Some(line) => reader.line(line),
            // The end of a name that was cut can be another name.
            None => Err(LineFault::Cut),
        };
        read.map_err(|fault| PolicyError::Line {
            line: index + 1,
            fault,
        })?;
    }
    let quorum = reader.quorum.ok_or(PolicyError::NoQuorum)?;
    Ok(Policy {
        logs: reader.logs,
        witnesses: reader.witnesses,
        nodes: reader.nodes,
        quorum,
    })
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: usize,
    nodes: Vec<Node>,
    /// Every name's node, and whether it is in a group.
    names: BTreeMap<Vec<u8>, (usize, bool)>,
    quorum: Option<Quorum>,
}

impl Reader {
    fn line(&mut self, line: &[u8]) -> Result<(), LineFault> {
        let bad = |byte: &&u8| !matches!(byte, 0x09 | 0x20..=0x7e | 0x80..=0xff);
        if let Some(byte) = line.iter().find(bad) {
            return Err(LineFault::Byte(*byte));
        }
        let words = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let Some((keyword, rest)) = words.split_first() else {
            return Ok(());
        };
        match *keyword {
            word if word.starts_with(b"#") => Ok(()),
            b"log" => match *rest {
                [key] => self.log(key, None),
                [key, url] => self.log(key, Some(url)),
                _ => Err(LineFault::Form(LOG)),
            },
            b"witness" => match *rest {
                [name, key] => self.witness(name, key, None),
                [name, key, url] => self.witness(name, key, Some(url)),
                _ => Err(LineFault::Form(WITNESS)),
            },
            b"group" => match rest {
                [name, need, members @ ..] if !members.is_empty() => {
                    self.group(name, need, members)
                }
                _ => Err(LineFault::Form(GROUP)),
            },
            b"quorum" => match *rest {
                [name] => self.quorum(name),
                _ => Err(LineFault::Form(QUORUM)),
            },
            other => Err(LineFault::Keyword(shown(other))),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), LineFault> {
        let key = key_of(key)?;
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(LineFault::WrongKey("a log"));
        }
        if self.logs.iter().any(|log| same(log.identity.key(), &key)) {
            return Err(LineFault::SameKey("log"));
        }
        room(self.logs.len(), "logs")?;
        let identity = LogIdentity::new(key).map_err(|_| LineFault::WrongKey("a log"))?;
        let url = url.map(<[u8]>::to_vec);
        self.logs.push(PolicyLog { identity, url });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&[u8]>) -> Result<(), LineFault> {
        let key = key_of(key)?;
        if key.algorithm() != Algorithm::CosignatureV1 {
            return Err(LineFault::WrongKey("a witness"));
        }
        if self.witnesses.iter().any(|known| same(&known.key, &key)) {
            return Err(LineFault::SameKey("witness"));
        }
        room(self.witnesses.len(), "witnesses")?;
        self.define(name, Node::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name: name.to_vec(),
            key,
            url: url.map(<[u8]>::to_vec),
        });
        Ok(())
    }

    fn group(&mut self, name: &[u8], need: &[u8], members: &[&[u8]]) -> Result<(), LineFault> {
        let need = match need {
            b"all" => members.len(),
            b"any" => 1,
            digits => threshold(digits)
                .filter(|need| (1..=members.len()).contains(need))
                .ok_or_else(|| LineFault::Threshold(shown(digits)))?,
        };
        room(self.groups, "groups")?;
        let mut nodes = Vec::with_capacity(members.len());
        for member in members {
            let known = self.names.get_mut(*member);
            let (node, counted) = known.ok_or_else(|| unknown(member))?;
            if std::mem::replace(counted, true) {
                return Err(LineFault::Counted(shown(member)));
            }
            nodes.push(*node);
        }
        let members = nodes;
        self.define(name, Node::Group { need, members })?;
        self.groups += 1;
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), LineFault> {
        if self.quorum.is_some() {
            return Err(LineFault::Quorum);
        }
        self.quorum = Some(match name {
            NONE => Quorum::Nobody,
            name => Quorum::Node(self.names.get(name).ok_or_else(|| unknown(name))?.0),
        });
        Ok(())
    }

    fn define(&mut self, name: &[u8], node: Node) -> Result<(), LineFault> {
        if name == NONE {
            return Err(LineFault::Reserved);
        }
        if self.names.contains_key(name) {
            return Err(LineFault::Defined(shown(name)));
        }
        self.names.insert(name.to_vec(), (self.nodes.len(), false));
        self.nodes.push(node);
        Ok(())
    }
}

fn key_of(bytes: &[u8]) -> Result<PublicKey, LineFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| crate::KeyError::Format)?;
    Ok(PublicKey::parse(text)?)
}

/// The same key under any name and for any use.
fn same(one: &PublicKey, other: &PublicKey) -> bool {
    one.as_bytes() == other.as_bytes()
}

fn room(there: usize, what: &'static str) -> Result<(), LineFault> {
    if there < POLICY_ENTRIES_MAX {
        return Ok(());
    }
    Err(LineFault::TooMany(what))
}

fn threshold(digits: &[u8]) -> Option<usize> {
    let digits = std::str::from_utf8(digits).ok()?;
    let number = digits.parse::<usize>().ok()?;
    (number.to_string() == digits).then_some(number)
}

fn unknown(name: &[u8]) -> LineFault {
    match name {
        NONE => LineFault::Reserved,
        name => LineFault::Unknown(shown(name)),
    }
}
