//! The sample year from the first import to the file's archive, in the order of its days.

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use serde_json::Value;

use super::cases::{Office, dossier_of};
use super::cast::Cast;
use super::client::Client;
use super::dossiers::{Desk, ROUND, at};
use super::narrator::Narrator;
use super::registry::Registry;
use super::round::{Ranked, Round};
use super::sample::{Dossier, Sample};

/// The individuals with equal scores at the last place, in the order the meeting chose.
const TIE_ORDER: &[&str] = &["hs22-2", "hs09-2", "hs10-2"];

/// The whole journey.
pub(super) struct Journey<'a> {
    pub(super) client: &'a Client,
    pub(super) narrator: Narrator,
    pub(super) sample: &'a Sample,
}

/// What stands at the end of it.
pub(super) struct End {
    pub(super) cast: Cast,
    /// The outcome as the ranking service tells it.
    pub(super) outcome: Value,
    /// The round file as the ranking service gives it.
    pub(super) round_file: Value,
}

/// Something an office does on its day.
enum Step<'a> {
    HandIn(&'a Dossier),
    Receive(&'a Dossier),
    Check(&'a Dossier),
    Supplement(&'a Dossier),
    CheckAgain(&'a Dossier),
    Lapse,
    Withdraw(&'a Dossier),
}

fn day(year: i32, month: u32, day: u32) -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).context("a real day")
}

impl Journey<'_> {
    /// Runs it.
    ///
    /// # Errors
    /// The first step that was refused and should not have been.
    pub(super) async fn run(&self, admin: &str) -> Result<End> {
        let cast = self.registry(admin).await?;
        let round = Round {
            client: self.client,
            cast: &cast,
            narrator: self.narrator,
        };
        self.narrator
            .chapter("The round opens, units submit, Home Affairs receives");
        round.open(day(2025, 4, 15)?).await?;
        self.dossiers(&cast).await?;
        self.narrator.chapter("Verification");
        self.findings(&cast).await?;
        self.narrator.chapter("Ranking, meeting, tie");
        self.ranking(&cast, &round).await?;
        self.narrator.chapter("Discipline, proposal, decision");
        self.decision(&cast, &round).await?;
        let outcome = round.outcome_json().await?;
        let path = format!("/api/v1/rounds/{ROUND}/round-file");
        let round_file = self
            .client
            .get(cast.token("standing-office")?, &path)
            .await?
            .body;
        Ok(End {
            cast,
            outcome,
            round_file,
        })
    }

    async fn registry(&self, admin: &str) -> Result<Cast> {
        self.narrator
            .chapter("Registry: who there is, and what was published");
        let registry = Registry {
            client: self.client,
            narrator: self.narrator,
        };
        let cast = Cast::appoint(self.client, admin, self.sample).await?;
        let opening = day(2025, 4, 15)?;
        let keeper = cast.token("home-affairs")?;
        registry.bodies(keeper).await?;
        registry.tables(keeper, opening).await?;
        let persons = registry.persons(keeper, self.sample).await?;
        let what = format!(
            "{} officials hold office; {persons} individuals registered",
            cast.len()
        );
        self.narrator.step(opening, "Administrator", &what);
        for (number, hold) in self.sample.holds.iter().enumerate() {
            if hold.opened <= opening {
                registry.open_hold(&cast, number, hold).await?;
                if let Some(closed) = hold.closed.filter(|closed| *closed <= opening) {
                    registry.lift_hold(&cast, number, hold, closed).await?;
                }
            }
        }
        Ok(cast)
    }

    /// What happens to the dossiers until the last supplement is due, in order of time.
    fn timeline(&self) -> Vec<(DateTime<FixedOffset>, Step<'_>)> {
        let mut steps = Vec::new();
        for dossier in &self.sample.dossiers {
            steps.push((dossier.sent_at, Step::HandIn(dossier)));
            steps.push((dossier.received_at, Step::Receive(dossier)));
            let checked = match dossier.supplements.first() {
                Some(asked) => asked.requested_on,
                None => dossier.received_at.date_naive() + Days::new(1),
            };
            steps.push((
                at(checked, 10, 0).max(dossier.received_at),
                Step::Check(dossier),
            ));
            for asked in &dossier.supplements {
                match asked.received_at {
                    Some(received) => {
                        steps.push((received, Step::Supplement(dossier)));
                        let again = at(received.date_naive() + Days::new(1), 10, 0);
                        steps.push((again, Step::CheckAgain(dossier)));
                    }
                    None => steps.push((at(asked.due_on + Days::new(1), 8, 0), Step::Lapse)),
                }
            }
            if let Some(withdrawal) = &dossier.withdrawal {
                steps.push((withdrawal.received_at, Step::Withdraw(dossier)));
            }
        }
        // Sorting is stable: what belongs to one dossier at one time stays in order.
        steps.sort_by_key(|(when, _)| *when);
        steps
    }

    async fn dossiers(&self, cast: &Cast) -> Result<()> {
        let office = Office {
            client: self.client,
            cast,
            narrator: self.narrator,
        };
        let registry = Registry {
            client: self.client,
            narrator: self.narrator,
        };
        let mut late = Vec::new();
        let mut holds: Vec<_> = self.sample.holds.iter().enumerate().collect();
        holds.retain(|(_, hold)| hold.opened > hold_start());
        for (when, step) in self.timeline() {
            while let Some((number, hold)) = holds
                .first()
                .copied()
                .filter(|(_, hold)| at(hold.opened, 9, 0) <= when)
            {
                registry.open_hold(cast, number, hold).await?;
                holds.remove(0);
            }
            self.step(&office, when, step, &mut late).await?;
        }
        Ok(())
    }

    async fn step<'a>(
        &'a self,
        office: &Office<'_>,
        when: DateTime<FixedOffset>,
        step: Step<'a>,
        late: &mut Vec<&'a str>,
    ) -> Result<()> {
        match step {
            Step::HandIn(dossier) => self.hand_in(office.cast, dossier).await,
            Step::Receive(dossier) => {
                self.settle(office.cast).await?;
                if office.receive(dossier).await? {
                    late.push(&dossier.id);
                }
                Ok(())
            }
            Step::Check(dossier) if late.contains(&dossier.id.as_str()) => {
                let what = format!("{} rests: no extension was asked for", dossier.id);
                self.narrator.step_at(when, "Home Affairs", &what);
                Ok(())
            }
            Step::Check(dossier) | Step::CheckAgain(dossier) => {
                self.settle(office.cast).await?;
                self.check(office, dossier, when).await
            }
            Step::Supplement(dossier) => {
                self.settle(office.cast).await?;
                let mut desk = Desk::reopen(self.client, office.cast, dossier).await?;
                for supplement in &dossier.supplements {
                    desk.supplement(supplement).await?;
                }
                let what = format!("hands in what was missing in {}", dossier.id);
                self.narrator.step_at(when, &dossier.submitted_by, &what);
                Ok(())
            }
            Step::Lapse => office.lapse(when.date_naive()).await,
            Step::Withdraw(dossier) => {
                let mut desk = Desk::reopen(self.client, office.cast, dossier).await?;
                desk.withdraw().await?;
                let what = format!("withdraws {}", dossier.id);
                self.narrator.step_at(when, &dossier.submitted_by, &what);
                Ok(())
            }
        }
    }

    async fn hand_in(&self, cast: &Cast, dossier: &Dossier) -> Result<()> {
        let mut desk = Desk::open(self.client, cast, dossier).await?;
        desk.hand_in().await?;
        let behalf = if dossier.on_behalf_of_predecessor {
            format!(" for its predecessor {}", dossier.unit)
        } else {
            String::new()
        };
        let what = format!(
            "submits {}{behalf}: {} item(s)",
            dossier.id,
            dossier.items.len()
        );
        self.narrator
            .step_at(dossier.sent_at, &dossier.submitted_by, &what);
        Ok(())
    }

    async fn check(
        &self,
        office: &Office<'_>,
        dossier: &Dossier,
        when: DateTime<FixedOffset>,
    ) -> Result<()> {
        let missing = office.check(dossier, when).await?;
        if missing.is_empty() {
            return office.accept(dossier, when).await;
        }
        let asked = dossier.supplements.first().with_context(|| {
            format!(
                "{} should be complete and misses {}",
                dossier.id,
                missing.join("; ")
            )
        })?;
        office
            .send_back(dossier, when, asked.due_on, &missing)
            .await
    }

    async fn findings(&self, cast: &Cast) -> Result<()> {
        self.settle(cast).await?;
        let office = Office {
            client: self.client,
            cast,
            narrator: self.narrator,
        };
        let mut last = None;
        let mut on_the_day = 0;
        for finding in &self.sample.findings {
            if last.is_some_and(|day| day != finding.date) {
                self.tell_findings(last, on_the_day);
                on_the_day = 0;
            }
            let dossier = dossier_of(&self.sample.dossiers, &finding.item)?;
            office.find(&dossier.id, finding).await?;
            last = Some(finding.date);
            on_the_day += 1;
        }
        self.tell_findings(last, on_the_day);
        Ok(())
    }

    fn tell_findings(&self, on: Option<NaiveDate>, count: usize) {
        if let Some(on) = on {
            let what = format!("record {count} finding(s) with evidence");
            self.narrator.step(on, "Verifiers", &what);
        }
    }

    async fn ranking(&self, cast: &Cast, round: &Round<'_>) -> Result<()> {
        let meeting = day(2025, 7, 30)?;
        self.settle(cast).await?;
        let entered = self.entered(cast).await?;
        round
            .scores(
                self.sample,
                &entered
                    .iter()
                    .map(|(item, _)| item.clone())
                    .collect::<Vec<_>>(),
            )
            .await?;
        let office = Office {
            client: self.client,
            cast,
            narrator: self.narrator,
        };
        let mut dossiers: Vec<_> = entered.into_iter().map(|(_, dossier)| dossier).collect();
        dossiers.dedup();
        for dossier in dossiers {
            office.evaluate(&dossier, meeting).await?;
        }
        self.narrator.step(
            meeting,
            "Standing Office",
            "evaluates every item, criterion by criterion",
        );
        let items = round.rank(meeting, 9).await?;
        self.expect_refusal(
            &round.adopt(meeting, 10).await?.body,
            "the shortlist, while a tie stands",
            "Steering Committee",
        )?;
        round.meet(self.sample, meeting, &items).await?;
        round.rule_on_tie(meeting, TIE_ORDER).await?;
        round.rank(meeting, 18).await?;
        round
            .adopt(meeting, 19)
            .await?
            .success("adopt the shortlist")?;
        self.narrator
            .step(meeting, "Steering Committee", "adopts the shortlist");
        Ok(())
    }

    async fn decision(&self, cast: &Cast, round: &Round<'_>) -> Result<()> {
        let registry = Registry {
            client: self.client,
            narrator: self.narrator,
        };
        let decided = day(2025, 8, 15)?;
        let shortlisted = day(2025, 7, 30)?;
        for (number, hold) in self.sample.holds.iter().enumerate() {
            if hold.opened > shortlisted {
                registry.open_hold(cast, number, hold).await?;
            }
        }
        for (number, hold) in self.sample.holds.iter().enumerate() {
            if let Some(closed) = hold.closed.filter(|closed| *closed > shortlisted) {
                registry.lift_hold(cast, number, hold, closed).await?;
            }
        }
        self.settle(cast).await?;
        let items = round.rank(decided, 9).await?;
        round
            .adopt(decided, 11)
            .await?
            .success("adopt the new shortlist")?;
        self.narrator.step(
            decided,
            "Steering Committee",
            "adopts the list anew: the next in rank moves up",
        );
        let selected: Vec<String> = selected(&items).map(|item| item.item.clone()).collect();
        round.propose(decided, &selected).await?;
        let signing = day(2025, 8, 18)?;
        self.refuse_the_wrong_signer(round, signing, &selected)
            .await?;
        round.decide(signing, &selected).await?;
        self.ceremony(round, &items).await
    }

    async fn refuse_the_wrong_signer(
        &self,
        round: &Round<'_>,
        on: NaiveDate,
        items: &[String],
    ) -> Result<()> {
        let body = serde_json::json!({
            "number": "01/QĐ-SNV", "date": on, "body": "CHAIRMAN", "signedBy": "Giám đốc",
            "items": items,
        });
        let answer = round
            .try_act("home-affairs", "decisions", at(on, 8, 0), body)
            .await?;
        if answer.status != 403 {
            bail!(
                "Home Affairs signed the Chairman's decision: {} {}",
                answer.status,
                answer.body
            );
        }
        self.expect_refusal(
            &answer.body,
            "to sign the decision; the attempt is on record",
            "Home Affairs",
        )
    }

    async fn ceremony(&self, round: &Round<'_>, items: &[Ranked]) -> Result<()> {
        let on = day(2025, 8, 25)?;
        let mut handed = 0;
        for item in selected(items) {
            let unit = self
                .sample
                .units
                .iter()
                .find(|unit| unit.id == item.subject);
            let title = unit.map(|unit| unit.head_title.as_str());
            round.hand_over(on, &item.item, title).await?;
            handed += 1;
        }
        self.narrator
            .step(on, "Records", &format!("hands over {handed} certificates"));
        round.archive(day(2025, 12, 15)?).await
    }

    fn expect_refusal(&self, problem: &Value, what: &str, who: &str) -> Result<()> {
        let code = problem
            .get("code")
            .and_then(Value::as_str)
            .context("a refusal has a code")?;
        self.narrator
            .say(&format!("            {who} is refused {what} ({code})"));
        Ok(())
    }

    /// The items still in the round, each with its dossier.
    async fn entered(&self, cast: &Cast) -> Result<Vec<(String, String)>> {
        let path = format!("/api/v1/rounds/{ROUND}/items?limit=200");
        let answer = self
            .client
            .get(cast.token("standing-office")?, &path)
            .await?;
        let items = answer
            .body
            .get("items")
            .and_then(Value::as_array)
            .context("a page of items")?;
        let field = |item: &Value, name: &str| {
            item.get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .context("an item's field")
        };
        let mut entered = Vec::new();
        for item in items {
            if field(item, "standing")? != "WITHDRAWN" {
                entered.push((field(item, "item")?, field(item, "dossier")?));
            }
        }
        Ok(entered)
    }

    /// Waits until every service has reacted to everything.
    async fn settle(&self, cast: &Cast) -> Result<()> {
        self.client
            .get(cast.token("auditor")?, "/api/v1/feed?wait=idle")
            .await?;
        Ok(())
    }
}

fn hold_start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 4, 15).unwrap_or_default()
}

fn selected(items: &[Ranked]) -> impl Iterator<Item = &Ranked> {
    items.iter().filter(|item| item.outcome == "SELECTED")
}
