//! What is said of a bundle, or of single files, when they were looked at.

use hoso_proof::policy::Judgement;
use serde_json::Value;

use crate::audit::findings::Finding;
use crate::audit::{bundle, witnesses};
use crate::backup::line::Digest;
use crate::output::say;
use crate::witness;

/// Prints a report as JSON, with what the witnesses said.
pub(in crate::audit) fn report(mut report: Value, judged: Option<&Judgement<'_>>) {
    if let (Some(report), Some(judged)) = (report.as_object_mut(), judged) {
        let said = witnesses::cosignatures(judged);
        report.insert("cosignatures".to_owned(), said.into());
        report.insert("quorum".to_owned(), judged.reached.into());
    }
    say!("{report}");
}

/// Prints which documents are not there because they went with a person.
pub(in crate::audit) fn erased(documents: &[Digest]) {
    for document in documents {
        say!(
            "{}{document}: erased with the person it belonged to, as the record says",
            bundle::DOCUMENTS
        );
    }
}

/// Prints what the witnesses said and what was found, for people.
pub(in crate::audit) fn findings(judged: Option<&Judgement<'_>>, findings: &[Finding]) {
    for said in judged.iter().flat_map(|judged| &judged.witnesses) {
        if let Ok(seen_at) = said.seen_at {
            let (name, seen_at) = (said.witness.shown(), witness::shown(seen_at));
            say!("witness {name} saw the checkpoint at {seen_at}");
        }
    }
    for finding in findings {
        match finding.position {
            Some(position) => say!("{position}: {}: {}", finding.file, finding.what),
            None => say!("{}: {}", finding.file, finding.what),
        }
    }
}
