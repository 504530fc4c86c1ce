//! The registry over the wire: a real server, a real store, officials with tokens.

mod accounts;
mod contract;
mod erasure;
mod figures;
mod imports;
mod subjects;

use chrono::{DateTime, Utc};
use hoso_domain::actor::Role;
use hoso_runtime::Clock;
use hoso_runtime::testing::{Answer, TestApp};
use serde_json::{Value, json};

/// Home Affairs, an administrator, the inspectorate, a unit's officer and an auditor.
struct Province {
    app: TestApp,
    home_affairs: String,
    administrator: String,
    inspectorate: String,
    unit_staff: String,
    auditor: String,
}

fn now() -> DateTime<Utc> {
    "2025-08-15T02:00:00Z".parse().unwrap()
}

fn api(path: &str) -> String {
    format!("/api/v1/{path}")
}

impl Province {
    async fn new() -> Self {
        let app =
            TestApp::start_at(Clock::fixed(now()), |runtime| vec![crate::service(runtime)]).await;
        Self {
            home_affairs: app.appoint("so-nv", Role::HomeAffairs, "so-noi-vu").await,
            administrator: app.appoint("admin", Role::Administrator, "so-noi-vu").await,
            inspectorate: app
                .appoint("thanh-tra", Role::Inspectorate, "thanh-tra-tinh")
                .await,
            unit_staff: app.appoint("cb-syt", Role::UnitStaff, "so-y-te").await,
            auditor: app.appoint("kiem-toan", Role::Auditor, "ubnd-tinh").await,
            app,
        }
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.app.post(token, &api(path), &body).await
    }

    async fn done(&self, token: &str, path: &str, body: Value) -> Answer {
        let answer = self.post(token, path, body).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.app.get(token, &api(path)).await
    }

    async fn unit(&self, id: &str, name: &str) {
        self.done(&self.home_affairs, "units", unit(id, name)).await;
    }
}

fn unit(id: &str, name: &str) -> Value {
    json!({
        "unit": id, "name": name, "group": "DEPARTMENT", "advising": false,
        "validFrom": "2021-01-01", "headTitle": "Giám đốc"
    })
}
