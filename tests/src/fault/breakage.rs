//! The faults: each strikes a system under load once, at the moment it is called, and has healed
//! what it broke when it returns.

use std::path::Path;
use std::time::Duration;

use hoso_testbed::guarded::Signal;
use hoso_testbed::proxy::{MessageFaults, Mode};

use super::poison;
use super::{Random, Scale, World};

/// Between a kill and the restart, at most.
const DOWN_MS_MAX: u64 = 1_500;

/// A fault by its name.
#[derive(Debug, Clone, Copy)]
pub struct Breakage {
    /// As it is printed.
    pub name: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// One process of a service, `kill -9`, started again.
    KillService(&'static str),
    /// All processes of a service at once.
    KillAll(&'static str),
    /// PostgreSQL and all its backends.
    KillPostgres,
    /// The nats-server.
    KillNats,
    /// The nats-server's store is gone.
    DeleteStore,
    /// The nats-server's store is an older copy.
    RollBackStore,
    /// The event stream is deleted by its operator under the relay.
    DeleteStream,
    /// The working relay hangs, loses its lock, and comes back while another works.
    TwoRelays,
    /// Messages to the services are lost, doubled five times, reordered in a window of 100.
    DisturbMessages,
    /// A service cannot reach one of the servers; connections hang.
    Partition(Server),
    /// Connections of every process to one of the servers are cut, again and again.
    Cut(Server),
    /// A process stands still while its replica works.
    Hang(&'static str),
    /// Both replicas of a service stand still again and again: messages take them seconds.
    Slow(&'static str),
    /// The database has no room left and says so.
    FullDatabase,
    /// Events that no service understands.
    Poison,
    /// Everything of Hoso at once, and PostgreSQL and the nats-server too.
    KillEverything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Postgres,
    Nats,
}

/// Every fault, in the order they are tried.
#[must_use]
pub fn all() -> Vec<Breakage> {
    let of = |name, kind| Breakage { name, kind };
    vec![
        of("kill-registry", Kind::KillService("registry")),
        of("kill-submission", Kind::KillService("submission")),
        of("kill-verification", Kind::KillService("verification")),
        of("kill-ranking", Kind::KillService("ranking")),
        of("kill-relay", Kind::KillService("relay")),
        of("kill-all-of-verification", Kind::KillAll("verification")),
        of("kill-all-relays", Kind::KillAll("relay")),
        of("kill-postgres", Kind::KillPostgres),
        of("kill-nats", Kind::KillNats),
        of("kill-everything", Kind::KillEverything),
        of("stream-store-deleted", Kind::DeleteStore),
        of("stream-store-rolled-back", Kind::RollBackStore),
        of("stream-deleted", Kind::DeleteStream),
        of("two-relays", Kind::TwoRelays),
        of("hanging-replica", Kind::Hang("verification")),
        of("messages-lost-doubled-reordered", Kind::DisturbMessages),
        of("partition-postgres", Kind::Partition(Server::Postgres)),
        of("partition-nats", Kind::Partition(Server::Nats)),
        of("cut-postgres", Kind::Cut(Server::Postgres)),
        of("cut-nats", Kind::Cut(Server::Nats)),
        of("slow-consumer", Kind::Slow("verification")),
        of("database-full", Kind::FullDatabase),
        of("poison-and-unknown-events", Kind::Poison),
    ]
}

impl Breakage {
    /// Strikes once and heals.
    ///
    /// # Panics
    /// If a process does not come up again.
    pub(super) async fn strike(&self, world: &mut World, scale: Scale, random: &mut Random) {
        match self.kind {
            Kind::KillService(service) => {
                let names = names_of(world, service);
                let name = random.one_of(&names).clone();
                kill_and_launch(world, &[name], random).await;
            }
            Kind::KillAll(service) => {
                let names = names_of(world, service);
                kill_and_launch(world, &names, random).await;
            }
            Kind::KillPostgres => {
                world.full.postgres.kill().expect("PostgreSQL is killed");
                pause(random.below(DOWN_MS_MAX)).await;
                world.full.postgres.restart().expect("PostgreSQL starts");
            }
            Kind::KillNats => {
                world.full.nats.kill().expect("the nats-server is killed");
                pause(random.below(DOWN_MS_MAX)).await;
                world.full.nats.restart().expect("the nats-server starts");
            }
            Kind::DeleteStore => replace_store(world, None, random).await,
            Kind::RollBackStore => roll_back_store(world, random).await,
            Kind::DeleteStream => delete_stream(world).await,
            Kind::TwoRelays => two_relays(world, scale).await,
            Kind::DisturbMessages => disturb(world, scale, random).await,
            Kind::Partition(server) => partition(world, server, scale, random).await,
            Kind::Cut(server) => cut(world, server, random).await,
            Kind::Hang(service) => hang(world, service, scale, random).await,
            Kind::KillEverything => kill_everything(world, random).await,
            Kind::Slow(service) => slow(world, service, scale).await,
            Kind::FullDatabase => full_database(world, random).await,
            Kind::Poison => poison::strike(world, random).await,
        }
        world
            .full
            .wait_ready()
            .expect("every process is ready once the fault is over");
    }
}

/// A pause of a fault: it lasts as long as it lasts.
async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

fn names_of(world: &World, service: &str) -> Vec<String> {
    let processes = world.full.processes().values();
    processes
        .filter(|process| process.service() == service)
        .map(|process| process.name().to_owned())
        .collect()
}

fn kill(world: &mut World, name: &str) {
    let process = world.full.processes_mut().get_mut(name);
    process.expect("a process").kill().expect("it is killed");
}

async fn kill_and_launch(world: &mut World, names: &[String], random: &mut Random) {
    for name in names {
        kill(world, name);
    }
    pause(random.below(DOWN_MS_MAX)).await;
    for name in names {
        world.full.launch(name).expect("it starts again");
    }
}

async fn kill_everything(world: &mut World, random: &mut Random) {
    let names: Vec<_> = world.full.processes().keys().cloned().collect();
    for name in &names {
        kill(world, name);
    }
    world.full.nats.kill().expect("the nats-server is killed");
    world.full.postgres.kill().expect("PostgreSQL is killed");
    pause(random.below(DOWN_MS_MAX)).await;
    // The services come first: they must wait for what they need.
    for name in &names {
        world.full.launch(name).expect("it starts again");
    }
    pause(random.below(DOWN_MS_MAX)).await;
    world.full.postgres.restart().expect("PostgreSQL starts");
    world.full.nats.restart().expect("the nats-server starts");
}

/// Kills the nats-server and puts another store under it, or none.
async fn replace_store(world: &mut World, copy: Option<&Path>, random: &mut Random) {
    world.full.nats.kill().expect("the nats-server is killed");
    let store = world.full.nats.store_dir();
    std::fs::remove_dir_all(&store).expect("the store is deleted");
    if let Some(copy) = copy {
        copy_tree(copy, &store);
    }
    pause(random.below(DOWN_MS_MAX)).await;
    world.full.nats.restart().expect("the nats-server starts");
}

async fn roll_back_store(world: &mut World, random: &mut Random) {
    let scratch = tempfile::tempdir().expect("a directory");
    let copy = scratch.path().join("store");
    // Copied while it is down, so that the copy is one the server wrote; then the log goes on.
    world.full.nats.stop().expect("the nats-server stops");
    copy_tree(&world.full.nats.store_dir(), &copy);
    world.full.nats.restart().expect("the nats-server starts");
    pause(500 + random.below(DOWN_MS_MAX)).await;
    replace_store(world, Some(&copy), random).await;
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

async fn delete_stream(world: &World) {
    let context = super::oracle::operator(&world.full).await;
    let context = context.expect("the operator connects");
    context
        .delete_stream(super::oracle::STREAM)
        .await
        .expect("the operator may delete it");
}

/// Each relay in turn stands still, its connection to the database ends, another takes over; then
/// it wakes up, and for a moment both think that they work.
async fn two_relays(world: &mut World, scale: Scale) {
    for name in names_of(world, "relay") {
        let process = world.full.processes().get(&name).expect("a process");
        process.signal(Signal::Stop).expect("it stands still");
        let proxy = process.database_proxy.as_ref().expect("a proxy");
        proxy.cut();
        pause(scale.partition_ms / 2).await;
        process.signal(Signal::Continue).expect("it goes on");
        pause(500).await;
    }
}

async fn disturb(world: &mut World, scale: Scale, random: &mut Random) {
    for process in world.full.processes().values() {
        let proxy = process.nats_proxy.as_ref().expect("a proxy");
        proxy.disturb(Some(MessageFaults {
            seed: random.number(),
            lost_percent: 10,
            doubled_percent: 30,
            times: 5,
            window: 100,
        }));
    }
    pause(scale.partition_ms).await;
    for process in world.full.processes().values() {
        let proxy = process.nats_proxy.as_ref().expect("a proxy");
        proxy.disturb(None);
    }
}

/// The processes of one service, or of all, cannot reach a server: what they send goes nowhere.
async fn partition(world: &mut World, server: Server, scale: Scale, random: &mut Random) {
    let services = ["registry", "submission", "verification", "ranking", "relay"];
    let chosen = *random.one_of(&services);
    let set = |world: &World, mode| {
        for process in world.full.processes().values() {
            if process.service() == chosen {
                let proxy = match server {
                    Server::Postgres => &process.database_proxy,
                    Server::Nats => &process.nats_proxy,
                };
                proxy.as_ref().expect("a proxy").set(mode);
            }
        }
    };
    set(world, Mode::Hold);
    pause(scale.partition_ms).await;
    set(world, Mode::Pass);
}

async fn cut(world: &mut World, server: Server, random: &mut Random) {
    for _ in 0..5 {
        for process in world.full.processes().values() {
            let proxy = match server {
                Server::Postgres => &process.database_proxy,
                Server::Nats => &process.nats_proxy,
            };
            proxy.as_ref().expect("a proxy").cut();
        }
        pause(100 + random.below(400)).await;
    }
}

async fn hang(world: &mut World, service: &str, scale: Scale, random: &mut Random) {
    let names = names_of(world, service);
    let name = random.one_of(&names);
    let process = world.full.processes().get(name).expect("a process");
    process.signal(Signal::Stop).expect("it stands still");
    pause(scale.partition_ms).await;
    process.signal(Signal::Continue).expect("it goes on");
}

/// Both replicas of a service run for a moment every while, never together.
async fn slow(world: &mut World, service: &str, scale: Scale) {
    const WHILE_MS: u64 = 2_500;
    const MOMENT_MS: u64 = 50;
    let names = names_of(world, service);
    let signal = |world: &World, name: &String, signal| {
        let process = world.full.processes().get(name).expect("a process");
        process.signal(signal).expect("it takes signals");
    };
    for name in &names {
        signal(world, name, Signal::Stop);
    }
    for _ in 0..=scale.partition_ms / WHILE_MS / 2 {
        for name in &names {
            pause(WHILE_MS).await;
            signal(world, name, Signal::Continue);
            pause(MOMENT_MS).await;
            signal(world, name, Signal::Stop);
        }
    }
    for name in &names {
        signal(world, name, Signal::Continue);
    }
}

/// Appends are answered as by a full disk: a function that every append calls says so. (A disk that
/// really is full needs a file system of its own, which not everybody may make.)
async fn full_database(world: &mut World, random: &mut Random) {
    sql(
        world,
        "BEGIN; ALTER FUNCTION ledger.calling_service RENAME TO the_real_one; \
         CREATE FUNCTION ledger.calling_service() RETURNS text LANGUAGE plpgsql AS $$ BEGIN \
         RAISE EXCEPTION 'could not extend file: No space left on device' \
         USING ERRCODE = 'disk_full'; END $$; COMMIT",
    );
    pause(1_000 + random.below(DOWN_MS_MAX)).await;
    sql(
        world,
        "BEGIN; DROP FUNCTION ledger.calling_service; \
         ALTER FUNCTION ledger.the_real_one RENAME TO calling_service; COMMIT",
    );
}

/// As the database's superuser.
fn sql(world: &World, text: &str) {
    let url = world.full.database_url("");
    let mut psql = world.full.postgres.psql(&url);
    let output = psql
        .args(["-v", "ON_ERROR_STOP=1", "-qc", text])
        .output()
        .expect("psql runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
