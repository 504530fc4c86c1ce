//! A caller of `append_batch` who lies about how the parts of a batch belong together.

use hoso_ledger::Ledger;
use hoso_ledger::conformance::Outcome;
use sqlx::{AssertSqlSafe, Executor};

use crate::refusals::{everything, written};
use crate::world::World;

/// A batch of one command with one event, as SQL.
struct Batch {
    stream: &'static str,
    expected: &'static str,
    count: &'static str,
    cursor: &'static str,
    follows: &'static str,
    repeats: &'static str,
    data: &'static str,
}

const TRUE: Batch = Batch {
    stream: "ARRAY['dossier-c']",
    expected: "ARRAY[0]",
    count: "ARRAY[1]",
    cursor: "NULL, NULL, NULL",
    follows: "NULL",
    repeats: "NULL",
    data: "ARRAY['{}']",
};

#[rustfmt::skip]
const LIES: &[Batch] = &[
    // More events than came, fewer, less than none, too many, none said.
    Batch { count: "ARRAY[2]", ..TRUE },
    Batch { count: "ARRAY[0]", ..TRUE },
    Batch { count: "ARRAY[-1]", ..TRUE },
    Batch { count: "ARRAY[65]", ..TRUE },
    Batch { count: "ARRAY[NULL::int]", ..TRUE },
    // Counted for two commands, come for one.
    Batch { count: "ARRAY[1, 1]", ..TRUE },
    // An event without data.
    Batch { data: "ARRAY[NULL::text]", ..TRUE },
    Batch { data: "'{}'", ..TRUE },
    // Follows or repeats itself, or what is not there.
    Batch { follows: "ARRAY[1]", ..TRUE },
    Batch { follows: "ARRAY[7]", ..TRUE },
    Batch { repeats: "ARRAY[1]", ..TRUE },
    // No stream, one stream more, another's.
    Batch { stream: "ARRAY[NULL::text]", ..TRUE },
    Batch { stream: "ARRAY['dossier-a', 'case-b']", ..TRUE },
    Batch { stream: "ARRAY['case-b']", ..TRUE },
    // The cursor moves back, or is another's.
    Batch { cursor: "ARRAY['submission'], ARRAY[0], ARRAY[-5]", ..TRUE },
    Batch { cursor: "ARRAY['watcher'], ARRAY[3], ARRAY[4]", ..TRUE },
];

impl Batch {
    fn text(&self) -> String {
        let Self {
            stream,
            expected,
            count,
            cursor,
            follows,
            repeats,
            data,
        } = self;
        format!(
            "SELECT kind FROM ledger.append_batch(ARRAY[gen_random_uuid()], ARRAY[sha256('a')], \
             {stream}, {expected}, {count}, NULL, NULL, NULL, ARRAY['DRAFT'], NULL, ARRAY['{{}}'], \
             {cursor}, {follows}, {repeats}, ARRAY['cb-1'], ARRAY['p-1'], NULL, ARRAY['SYSTEM'], \
             ARRAY['u-1'], NULL, ARRAY[gen_random_uuid()], NULL, NULL, NULL, ARRAY[now()], \
             ARRAY[gen_random_uuid()], ARRAY['SampleHappened'], ARRAY[1], ARRAY[sha256('{{}}')], \
             {data}, '{{}}', '{{}}')"
        )
    }
}

#[tokio::test]
async fn a_lying_batch_is_an_error_and_leaves_nothing() -> Outcome {
    let world = World::fresh().await?;
    written(&world).await?;
    let before = everything(&world).await?;
    let mut connection = world.connect("hoso_submission").await?;
    for lie in LIES {
        let text = lie.text();
        let tried = connection.execute(AssertSqlSafe(text.clone())).await;
        assert!(tried.is_err(), "not refused: {text}");
        assert_eq!(everything(&world).await?, before, "{text}");
    }
    let late = Batch {
        stream: "ARRAY['dossier-a']",
        expected: "ARRAY[1]",
        ..TRUE
    };
    for (batch, kind) in [(late, 3), (TRUE, 0)] {
        let kinds: Vec<i32> = sqlx::query_scalar(AssertSqlSafe(batch.text()))
            .fetch_one(&mut connection)
            .await?;
        assert_eq!(kinds, [kind]);
    }
    let ledger = world.ledger().await?;
    assert_eq!(ledger.head().await?, 4);
    assert_eq!(ledger.read_all(0, 10).await?.len(), 4);
    Ok(())
}
