//! A TCP proxy in front of a server, which can be told to misbehave: to hold everything back as a
//! broken network does, to cut its connections, or to lose, double and reorder the messages that a
//! nats-server delivers.

mod nats;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::TestbedError;

pub use nats::MessageFaults;

/// Bytes handed on at a time.
const CHUNK_BYTES: usize = 16 * 1024;
/// A held back connection looks so often whether its client is gone.
const POLL_EVERY: Duration = Duration::from_millis(50);

/// What the proxy does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Hands everything on.
    #[default]
    Pass,
    /// Holds everything back, connections stay open: a partition. Nothing is lost when it ends.
    Hold,
    /// Cuts connections and takes no new ones.
    Refuse,
}

/// A running proxy; it ends when this is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: u16,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    mode: Mode,
    faults: Option<MessageFaults>,
    /// Connections that were let through, for cutting.
    open: Vec<TcpStream>,
    ended: bool,
}

impl Proxy {
    /// Starts one on a free port in front of a port of this machine.
    ///
    /// # Errors
    /// No port, or no thread.
    pub fn start(target: u16) -> Result<Self, TestbedError> {
        let listener =
            TcpListener::bind("127.0.0.1:0").map_err(TestbedError::io("a proxy's port"))?;
        let port = listener
            .local_addr()
            .map_err(TestbedError::io("a proxy's port"))?
            .port();
        let shared = Arc::new(Shared {
            target,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let for_thread = Arc::clone(&shared);
        std::thread::Builder::new()
            .name(format!("proxy-{port}"))
            .spawn(move || accept(&listener, &for_thread))
            .map_err(TestbedError::io("a proxy's thread"))?;
        Ok(Self { port, shared })
    }

    /// Where clients connect.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes what it does, for open connections too.
    pub fn set(&self, mode: Mode) {
        let mut state = self.shared.lock();
        state.mode = mode;
        if mode == Mode::Refuse {
            cut(&mut state);
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Cuts every connection; clients may connect again.
    pub fn cut(&self) {
        cut(&mut self.shared.lock());
    }

    /// From now on new connections lose, double and reorder the messages that a nats-server
    /// delivers; `None` ends that. Open connections are cut, so that all are alike.
    pub fn disturb(&self, faults: Option<MessageFaults>) {
        let mut state = self.shared.lock();
        state.faults = faults;
        cut(&mut state);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.ended = true;
            cut(&mut state);
        }
        self.shared.changed.notify_all();
        // Wakes the thread that accepts.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while everything is held back; false when the connection should end.
    fn may_pass(&self) -> bool {
        let mut state = self.lock();
        while state.mode == Mode::Hold && !state.ended {
            state = self
                .changed
                .wait_timeout(state, POLL_EVERY)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        }
        state.mode == Mode::Pass && !state.ended
    }
}

fn cut(state: &mut State) {
    for stream in state.open.drain(..) {
        stream.shutdown(Shutdown::Both).ok();
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        let Ok(client) = client else { continue };
        let (refuses, faults, ended) = {
            let state = shared.lock();
            (
                state.mode == Mode::Refuse,
                state.faults.clone(),
                state.ended,
            )
        };
        if ended {
            return;
        }
        if !refuses {
            // A server that is not there looks as it would without a proxy: cut at once.
            connect(client, shared, faults).ok();
        }
    }
}

/// Two threads a connection, one a direction.
fn connect(
    client: TcpStream,
    shared: &Arc<Shared>,
    faults: Option<MessageFaults>,
) -> std::io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", shared.target))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    {
        let mut state = shared.lock();
        state.open.push(client.try_clone()?);
        state.open.push(server.try_clone()?);
    }
    let up = (client.try_clone()?, server.try_clone()?, Arc::clone(shared));
    let down = (server, client, Arc::clone(shared));
    std::thread::Builder::new().spawn(move || hand_on(up.0, up.1, &up.2, None))?;
    std::thread::Builder::new().spawn(move || hand_on(down.0, down.1, &down.2, faults))?;
    Ok(())
}

/// Hands bytes on until either side ends; then ends both.
fn hand_on(mut from: TcpStream, mut to: TcpStream, shared: &Shared, faults: Option<MessageFaults>) {
    let mut disturbed = faults.map(nats::Disturbed::new);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(read) => read,
        };
        if !shared.may_pass() {
            break;
        }
        let bytes = chunk.get(..read).unwrap_or_default();
        let written = match &mut disturbed {
            None => to.write_all(bytes),
            Some(disturbed) => to.write_all(&disturbed.take(bytes)),
        };
        if written.is_err() {
            break;
        }
    }
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}
