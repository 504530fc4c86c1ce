//! Decisions on an official. Whether persons, agencies and delegates exist is looked up by the
//! service.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    Command, Delegation, DelegationGranted, DelegationRevoked, Event, OfficialAppointed,
    OfficialEnded, OfficialState, Rejection, TOKEN_DAYS_MAX, TOKENS_MAX, Token, TokenIssued,
    TokenRevoked,
};
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Issued, Listing, StoredDecider};
use crate::ids::DelegationId;
use crate::registry::is_text;

/// The official's decider.
#[derive(Debug)]
pub struct Official;

impl Decider for Official {
    type State = OfficialState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &OfficialState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        let Issued { by, at, command } = issued;
        if let Some(refusal) = refusal(state, &by, &command) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        match command {
            Command::Appoint(appointed) => appoint(state, appointed),
            Command::End(valid_to) => end(office(state)?, valid_to),
            Command::GrantDelegation(granted) => grant(state, office(state)?, granted),
            Command::RevokeDelegation(id) => revoke_delegation(state, &id, at),
            Command::IssueToken {
                token_digest,
                expires_at,
            } => issue_token(state, office(state)?, token_digest, at, expires_at),
            Command::RevokeToken(digest) => revoke_token(state, office(state)?, digest),
        }
    }

    fn evolve(mut state: OfficialState, event: &Event) -> OfficialState {
        match event {
            Event::OfficialAppointed(appointed) => state.office = Some(appointed.clone()),
            Event::OfficialEnded(ended) => {
                if let Some(office) = &mut state.office {
                    office.valid_to = Some(ended.valid_to);
                }
            }
            Event::DelegationGranted(granted) => {
                let delegation = Delegation {
                    granted: granted.clone(),
                    revoked_at: None,
                };
                state
                    .delegations
                    .insert(granted.delegation.clone(), delegation);
            }
            Event::DelegationRevoked(revoked) => {
                if let Some(delegation) = state.delegations.get_mut(&revoked.delegation) {
                    delegation.revoked_at = Some(revoked.at);
                }
            }
            Event::TokenIssued(issued) => {
                let token = Token {
                    expires_at: issued.expires_at,
                    revoked: false,
                };
                state.tokens.insert(issued.token_digest.clone(), token);
            }
            Event::TokenRevoked(revoked) => {
                if let Some(token) = state.tokens.get_mut(&revoked.token_digest) {
                    token.revoked = true;
                }
            }
            Event::AttemptRefused(_) => {}
        }
        state
    }
}

impl StoredDecider for Official {
    const CATEGORY: &'static str = "official";

    fn listing(state: &OfficialState) -> Listing {
        let status = match &state.office {
            None => "UNAPPOINTED",
            Some(office) if office.valid_to.is_none() => "APPOINTED",
            Some(_) => "LIMITED",
        };
        Listing {
            unit: state.office.as_ref().map(|o| o.agency.clone()),
            status: status.to_owned(),
            due: state.office.as_ref().and_then(|o| o.valid_to),
            ..Listing::default()
        }
    }
}

/// The administrator keeps accounts, but gives no business office to the own person; a delegation
/// is its official's own word, or entered by the administrator, and is not passed on.
fn refusal(state: &OfficialState, by: &Actor, command: &Command) -> Option<Refusal> {
    let action = command.name();
    let administrator = || Refusal::unless_role(by, &[Role::Administrator], action);
    match command {
        Command::Appoint(appointed) => administrator().or_else(|| {
            let own = appointed.person == by.person && appointed.role != Role::Administrator;
            own.then(|| {
                Refusal::new(
                    action,
                    "D",
                    "an administrator takes no business office by the own hand",
                )
            })
        }),
        Command::GrantDelegation(_) | Command::RevokeDelegation(_) => {
            let own = state
                .office
                .as_ref()
                .is_some_and(|office| office.official == by.official);
            if own && by.on_behalf_of.is_none() {
                return None;
            }
            administrator().map(|_| {
                Refusal::new(
                    action,
                    "D",
                    "only the delegating official in person or an administrator may",
                )
            })
        }
        Command::End(_) | Command::IssueToken { .. } | Command::RevokeToken(_) => administrator(),
    }
}

fn office(state: &OfficialState) -> Result<&OfficialAppointed, Rejection> {
    state.office.as_ref().ok_or(Rejection::UnknownOfficial)
}

fn appoint(state: &OfficialState, appointed: OfficialAppointed) -> Result<Vec<Event>, Rejection> {
    match &state.office {
        Some(known) if *known == appointed => return Ok(Vec::new()),
        Some(_) => return Err(Rejection::AlreadyAppointed),
        None => {}
    }
    if appointed.role == Role::System {
        return Err(Rejection::SystemRole);
    }
    if appointed
        .valid_to
        .is_some_and(|last| last < appointed.valid_from)
    {
        return Err(Rejection::LastBeforeFirst(appointed.valid_from));
    }
    Ok(vec![Event::OfficialAppointed(appointed)])
}

fn end(office: &OfficialAppointed, valid_to: NaiveDate) -> Result<Vec<Event>, Rejection> {
    match office.valid_to {
        Some(last) if last == valid_to => return Ok(Vec::new()),
        Some(last) if last < valid_to => return Err(Rejection::Ended(last)),
        Some(_) | None => {}
    }
    if valid_to < office.valid_from {
        return Err(Rejection::LastBeforeFirst(office.valid_from));
    }
    Ok(vec![Event::OfficialEnded(OfficialEnded {
        official: office.official.clone(),
        valid_to,
    })])
}

fn grant(
    state: &OfficialState,
    office: &OfficialAppointed,
    granted: DelegationGranted,
) -> Result<Vec<Event>, Rejection> {
    if let Some(known) = state.delegations.get(&granted.delegation) {
        return if known.granted == granted && known.revoked_at.is_none() {
            Ok(Vec::new())
        } else {
            Err(Rejection::DelegationTaken)
        };
    }
    if granted.from != office.official || granted.to == granted.from {
        return Err(Rejection::DelegationParties);
    }
    if !is_text(&granted.document) {
        return Err(Rejection::Text("document"));
    }
    if granted.valid_to < granted.valid_from {
        return Err(Rejection::LastBeforeFirst(granted.valid_from));
    }
    let beyond = granted.valid_from < office.valid_from
        || office.valid_to.is_some_and(|last| granted.valid_to > last);
    if beyond {
        return Err(Rejection::DelegationBeyondOffice);
    }
    Ok(vec![Event::DelegationGranted(granted)])
}

fn revoke_delegation(
    state: &OfficialState,
    id: &DelegationId,
    at: DateTime<Utc>,
) -> Result<Vec<Event>, Rejection> {
    match state.delegations.get(id) {
        Some(delegation) if delegation.revoked_at.is_none() => {
            Ok(vec![Event::DelegationRevoked(DelegationRevoked {
                delegation: id.clone(),
                from: delegation.granted.from.clone(),
                at,
            })])
        }
        Some(_) | None => Err(Rejection::UnknownDelegation),
    }
}

fn issue_token(
    state: &OfficialState,
    office: &OfficialAppointed,
    token_digest: String,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Vec<Event>, Rejection> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if token_digest.len() != 64 || !token_digest.bytes().all(hex) {
        return Err(Rejection::TokenDigest);
    }
    if expires_at <= at || expires_at - at > TimeDelta::days(TOKEN_DAYS_MAX) {
        return Err(Rejection::TokenExpiry);
    }
    if state.tokens.contains_key(&token_digest) {
        return Ok(Vec::new());
    }
    if state.tokens.len() >= TOKENS_MAX {
        return Err(Rejection::TooManyTokens);
    }
    Ok(vec![Event::TokenIssued(TokenIssued {
        official: office.official.clone(),
        token_digest,
        expires_at,
    })])
}

fn revoke_token(
    state: &OfficialState,
    office: &OfficialAppointed,
    token_digest: String,
) -> Result<Vec<Event>, Rejection> {
    match state.tokens.get(&token_digest) {
        Some(token) if !token.revoked => Ok(vec![Event::TokenRevoked(TokenRevoked {
            official: office.official.clone(),
            token_digest,
        })]),
        Some(_) | None => Err(Rejection::UnknownToken),
    }
}
