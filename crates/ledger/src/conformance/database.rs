//! A migrated PostgreSQL database for one test: a copy of a template that is made once a server.

use std::hash::{BuildHasher, Hasher, RandomState};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::failure;
use crate::postgres::migrate;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The lock under which the template is made; any number that nobody else takes.
const TEMPLATE_LOCK: i64 = 0x686f_736f_7465_6d70;

/// A database that goes when this is dropped.
#[derive(Debug)]
pub struct FreshDatabase {
    server: String,
    name: String,
}

impl FreshDatabase {
    /// Makes one. `server` gives a superuser's URL for a database of the server.
    pub async fn create(server: impl Fn(&str) -> String) -> Result<Self, Failure> {
        let postgres = server("postgres");
        let mut connection = PgConnection::connect(&postgres).await?;
        let template = template(&mut connection, &server).await?;
        let name = format!(
            "hoso_test_{:016x}",
            RandomState::new().build_hasher().finish()
        );
        let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
        connection.execute(AssertSqlSafe(copy)).await?;
        connection.close().await?;
        Ok(Self {
            server: postgres,
            name,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The name of a database that was migrated by this very set of migrations.
async fn template(
    connection: &mut PgConnection,
    server: &impl Fn(&str) -> String,
) -> Result<String, Failure> {
    let template = format!("hoso_template_{}", migrate::digest());
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut *connection)
        .await?;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&template)
            .fetch_one(&mut *connection)
            .await?;
    if !exists {
        let unfinished = format!("{template}_unfinished");
        for text in [
            format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"),
            format!("CREATE DATABASE {unfinished}"),
        ] {
            connection.execute(AssertSqlSafe(text)).await?;
        }
        migrate::migrate(&server(&unfinished)).await?;
        let rename = format!("ALTER DATABASE {unfinished} RENAME TO {template}");
        connection.execute(AssertSqlSafe(rename)).await?;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut *connection)
        .await?;
    Ok(template)
}

async fn drop_database(server: &str, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    let text = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    connection.execute(AssertSqlSafe(text)).await?;
    connection.close().await
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A runtime of its own: this one may be ending, and cannot be waited for from within.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(drop_database(&server, &name))?;
            Ok::<(), Failure>(())
        });
        let dropped = dropped.join().unwrap_or_else(|_| Err(failure("a panic")));
        if let Err(error) = dropped {
            tracing::warn!(%error, "{} stays behind", self.name);
        }
    }
}
