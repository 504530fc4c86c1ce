//! The relay, the feed and the security of NATS, against a real nats-server, with faults.

#[cfg(test)]
mod alarms;
#[cfg(test)]
mod feeding;
#[cfg(test)]
#[path = "../http/notes.rs"]
mod notes;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod process;
#[cfg(test)]
mod reader;
#[cfg(test)]
mod relaying;
#[cfg(test)]
mod relaying_faults;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod security;
#[cfg(test)]
mod stage;
