//! What is deployed around Hoso: the one door in front of the services.
//!
//! The real nginx runs with the real configuration; behind it stand responders that say who was
//! asked what.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helper: a broken setup must stop the test"
)]

mod commands;
mod compose;
mod door;
mod image;
mod responder;
mod routes;
mod secrets;
mod settings;

use std::net::SocketAddr;

use hoso_testbed::nginx::{Nginx, NginxOptions};
use responder::{Manner, Responder};

/// Every process behind the door.
const PROCESSES: [&str; 6] = [
    "registry",
    "submission",
    "verification",
    "ranking",
    "audit",
    "relay",
];

/// A door with one responder behind each name.
struct House {
    nginx: Nginx,
    responders: Vec<Responder>,
}

impl House {
    async fn new() -> Self {
        let mut responders = Vec::new();
        for name in PROCESSES {
            responders.push(Responder::start(name, Manner::Answers).await);
        }
        let at = |index: usize| vec![responders[index].address];
        let options = NginxOptions {
            registry: at(0),
            submission: at(1),
            verification: at(2),
            ranking: at(3),
            audit: at(4),
            relay: at(5),
            ..NginxOptions::default()
        };
        Self {
            nginx: Nginx::start(&options).unwrap(),
            responders,
        }
    }

    /// How often anybody behind the door was asked.
    fn asked(&self) -> usize {
        self.responders.iter().map(Responder::asked).sum()
    }

    fn url(&self, target: &str) -> String {
        format!("{}{target}", self.nginx.url())
    }

    fn address(&self) -> SocketAddr {
        address(&self.nginx)
    }
}

/// Where a door listens.
fn address(nginx: &Nginx) -> SocketAddr {
    let url = nginx.url();
    url.strip_prefix("http://").unwrap().parse().unwrap()
}
