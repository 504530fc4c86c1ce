//! Who asks: bearer token → official → actor, by delegation where the header says for whom.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use chrono::{DateTime, Utc};
use hoso_domain::actor::{Actor, Role};
use hoso_domain::calendar::civil_day;
use hoso_domain::ids::OfficialId;

use crate::directory::{NotAuthenticated, NotPermitted};
use crate::http::problem::Problem;
use crate::runtime::Runtime;

/// The header naming the official on whose behalf, by delegation (ủy quyền), the caller acts.
pub const ON_BEHALF_OF: &str = "hoso-on-behalf-of";

/// The caller of a GET.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who asks, in which capacity.
    pub actor: Actor,
}

impl Caller {
    /// Passes if the caller holds one of `roles`.
    ///
    /// # Errors
    /// 403 `not-permitted`. Reading is not a decision: it is not recorded.
    pub fn require_role(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.actor.role) {
            return Ok(());
        }
        let allowed: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        Err(Problem::forbidden("not-permitted")
            .detail(format!("this is for {}", allowed.join(", "))))
    }
}

impl FromRequestParts<Runtime> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        runtime: &Runtime,
    ) -> Result<Self, Self::Rejection> {
        let asked = Asked::read(&parts.headers)?;
        let actor = asked.actor(runtime, runtime.clock.now()).await?;
        Ok(Self { actor })
    }
}

/// The credentials of a request.
pub(crate) struct Asked {
    token: String,
    on_behalf_of: Option<OfficialId>,
}

impl Asked {
    /// Reads them from the headers.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim().to_owned())
            .ok_or_else(|| not_authenticated("send `Authorization: Bearer <token>`"))?;
        let on_behalf_of = match headers.get(ON_BEHALF_OF) {
            None => None,
            Some(value) => Some(
                value
                    .to_str()
                    .ok()
                    .and_then(|text| OfficialId::parse(text.trim()).ok())
                    .ok_or_else(|| {
                        Problem::bad_request("header-invalid")
                            .error("Hoso-On-Behalf-Of", "is no official's id")
                    })?,
            ),
        };
        Ok(Self {
            token,
            on_behalf_of,
        })
    }

    /// Whose token it is, and as whom that official acts at `effective_at`.
    pub(crate) async fn actor(
        &self,
        runtime: &Runtime,
        effective_at: DateTime<Utc>,
    ) -> Result<Actor, Problem> {
        let directory = runtime.directory.current().await?;
        let now = runtime.clock.now();
        let official = directory
            .authenticate(&self.token, now)
            .map_err(|error| match error {
                NotAuthenticated::UnknownToken | NotAuthenticated::Expired => {
                    not_authenticated(&error.to_string())
                }
            })?;
        directory
            .actor(
                official,
                self.on_behalf_of.as_ref(),
                civil_day(effective_at),
                civil_day(now),
            )
            .map_err(|error| not_permitted(&error))
    }
}

fn not_authenticated(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "not-authenticated").detail(detail)
}

fn not_permitted(error: &NotPermitted) -> Problem {
    Problem::forbidden("not-permitted").detail(error)
}
