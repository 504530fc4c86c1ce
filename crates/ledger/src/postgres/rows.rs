//! Streams' rows, read together: whoever asks while readings are under way shares the next one. A
//! lone caller waits for nobody.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::reads;
use crate::error::LedgerError;
use crate::event::StreamName;
use crate::queue::{again, closed};
use crate::read::StreamRecord;

/// Callers that may wait before others have to wait for a place.
const QUEUE_MAX: usize = 1_024;
/// Streams of one reading.
const STREAMS_MAX: usize = 256;
/// Readings at a time: a long row does not hold up everybody.
const READINGS_MAX: usize = 2;

type Answer = Result<Option<StreamRecord>, LedgerError>;

struct Asked {
    stream: StreamName,
    answer: oneshot::Sender<Answer>,
}

/// The callers' end.
#[derive(Debug)]
pub(super) struct Rows(mpsc::Sender<Asked>);

impl Rows {
    /// Reads on these connections until `stop`.
    pub(super) fn start(readers: PgPool, tasks: &TaskTracker, stop: CancellationToken) -> Self {
        let (asks, asked) = mpsc::channel(QUEUE_MAX);
        tasks.spawn(read(readers, asked, stop));
        Self(asks)
    }

    /// A stream's row as it is when this is called, or later.
    pub(super) async fn get(&self, stream: &StreamName) -> Answer {
        let (answer, answered) = oneshot::channel();
        let stream = stream.clone();
        let asked = self.0.send(Asked { stream, answer }).await;
        asked.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

async fn read(readers: PgPool, mut asked: mpsc::Receiver<Asked>, stop: CancellationToken) {
    let readings = Arc::new(Semaphore::new(READINGS_MAX));
    let under_way = TaskTracker::new();
    loop {
        // First a free turn, then all who have come meanwhile.
        let Ok(turn) = Arc::clone(&readings).acquire_owned().await else {
            break;
        };
        let mut together = Vec::new();
        let count = tokio::select! {
            count = asked.recv_many(&mut together, STREAMS_MAX) => count,
            () = stop.cancelled() => 0,
        };
        if count == 0 {
            break;
        }
        let readers = readers.clone();
        under_way.spawn(async move {
            answer(&readers, together).await;
            drop(turn);
        });
    }
    under_way.close();
    under_way.wait().await;
}

async fn answer(readers: &PgPool, together: Vec<Asked>) {
    let mut names: Vec<&str> = together.iter().map(|asked| asked.stream.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let rows = reads::streams_named(readers, &names).await;
    for Asked { stream, answer } in together {
        let row = match &rows {
            Ok(rows) => match rows.get(&stream) {
                Some(Ok(row)) => Ok(Some(row.clone())),
                Some(Err(error)) => Err(again(error)),
                None => Ok(None),
            },
            Err(error) => Err(again(error)),
        };
        // A caller that has gone away asks again.
        answer.send(row).ok();
    }
}
