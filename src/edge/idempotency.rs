//! `Idempotency-Key`: requests that mint, made safe to repeat.
//!
//! The answer is not kept; it is made again, from the body that comes again and from what is remembered: what
//! became of each item, and when. What may differ by then (the time, the hosts of links, limits) is left out of
//! the second judgement, so that whatever was minted is answered as minted.

use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::codes::{MintAnswer, MintRefused, MintRequest};
use ezqr_schema::wire::{ParseContext, Refused, all_or_nothing};
use ezqr_schema::{
    Code, FieldFault, IdempotencyKey, IdempotentRequest, InvalidIdempotencyKey, ItemOutcome, NewCode, Owner,
    Problem, ProblemCode, RequestHash, Timestamp,
};

use super::Edge;
use super::batches::OnError;
use crate::problem::Fault;

const KEY: &str = "Idempotency-Key";

/// Says that an answer is a repeated one.
const REPLAYED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));

/// A wish, or why it is refused.
pub(super) type Item = Result<NewCode, Refused>;

/// What items are judged by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Terms {
    /// Everything: the rules, this time, the policies and limits of this server.
    Full(Timestamp),
    /// The rules alone, which never change.
    Content,
}

impl Terms {
    /// What bodies are judged by.
    pub(super) fn context(self, edge: &Edge) -> ParseContext<'_> {
        match self {
            Self::Full(now) => ParseContext { now, link_hosts: &edge.link_hosts },
            Self::Content => ParseContext { now: Timestamp::EPOCH, link_hosts: &[] },
        }
    }
}

/// The key of a request, if its caller named it.
pub(super) fn key_of(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Fault> {
    let mut values = request.headers().get_all(KEY);
    let Some(first) = values.next() else { return Ok(None) };
    let refuse = |detail: String| {
        Fault::from(Refused::one(FieldFault::new(KEY, detail).with_code(ProblemCode::InvalidIdempotencyKey)))
    };
    if values.next().is_some() {
        return Err(refuse("must be there once".to_owned()));
    }
    let key = first.to_str().map_err(|_| InvalidIdempotencyKey).and_then(IdempotencyKey::parse);
    key.map(Some).map_err(|error| refuse(error.to_string()))
}

/// A request that mints, named or not.
pub(super) struct Repeatable<'edge> {
    edge: &'edge Edge,
    owner: Owner,
    name: Option<(IdempotencyKey, RequestHash)>,
    on_error: OnError,
}

/// What a request made.
pub(super) struct Made<T> {
    pub(super) codes: Arc<[Code]>,
    /// By position in the request: why it is not among the codes.
    pub(super) problems: Vec<Option<Problem>>,
    /// What was prepared for the answer before anything was minted.
    pub(super) prepared: T,
    /// Whether it was made before.
    pub(super) replay: Replay,
}

/// Whether an answer repeats an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Replay(bool);

impl Replay {
    /// `answer`, which says so if it does.
    pub(super) fn mark(self, mut answer: HttpResponse) -> HttpResponse {
        if self.0 {
            let (name, value) = REPLAYED;
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

impl<'edge> Repeatable<'edge> {
    /// A request of `owner`, with its whole body.
    pub(super) fn new(
        edge: &'edge Edge,
        owner: &Owner,
        on_error: OnError,
        key: Option<IdempotencyKey>,
        request: &HttpRequest,
        body: &[u8],
    ) -> Self {
        let hash =
            || RequestHash::of(request.method().as_str(), request.path(), request.query_string(), body);
        Self { edge, owner: owner.clone(), name: key.map(|key| (key, hash())), on_error }
    }

    /// Mints what `judge` lets pass, or what it let pass when the same request was made before. `prepare` may
    /// refuse the request as a whole, before anything is minted.
    pub(super) async fn mint<T>(
        &self,
        judge: impl Fn(Terms) -> Result<Vec<Item>, Fault>,
        prepare: impl AsyncFn(&[NewCode]) -> Result<T, Fault>,
    ) -> Result<Made<T>, Fault> {
        let items = judge(Terms::Full(self.edge.clock.now()))?;
        let outcomes: Arc<[ItemOutcome]> = items.iter().map(outcome).collect();
        if self.refuses(&items) {
            if let Some(recorded) = self.recorded(&judge).await? {
                return self.mint_recorded(recorded, judge, prepare).await;
            }
            return self.refuse(items, prepare).await;
        }
        let mut codes = Vec::with_capacity(items.len());
        let mut problems = Vec::with_capacity(items.len());
        for item in items {
            problems.push(item.map(|code| codes.push(code)).err().map(Problem::from));
        }
        let prepared = prepare(&codes).await?;
        match self.ask(codes, Arc::clone(&outcomes)).await {
            Ok(MintAnswer { codes, is_replayed }) => {
                if self.name.is_some() {
                    problems = problems_of(&outcomes, &codes, judge)?;
                }
                Ok(Made { codes, problems, prepared, replay: Replay(is_replayed) })
            }
            Err(MintRefused::OtherItems(recorded)) => {
                // It may hold a place that the second preparation needs.
                drop(prepared);
                self.mint_recorded(recorded, judge, prepare).await
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Whether nothing of these is carried out.
    fn refuses(&self, items: &[Item]) -> bool {
        match self.on_error {
            OnError::Refuse => items.iter().any(Result::is_err),
            OnError::Continue => items.iter().all(Result::is_err),
        }
    }

    /// What became of the items when the same request was made before. Nothing is remembered of a request whose
    /// content refuses it.
    async fn recorded(
        &self,
        judge: &impl Fn(Terms) -> Result<Vec<Item>, Fault>,
    ) -> Result<Option<Arc<[ItemOutcome]>>, Fault> {
        let Some((key, hash)) = &self.name else { return Ok(None) };
        if self.refuses(&judge(Terms::Content)?) {
            return Ok(None);
        }
        Ok(self.edge.handles.reader.recorded_items(&self.owner, key, hash).await?)
    }

    async fn refuse<T>(
        &self,
        items: Vec<Item>,
        prepare: impl AsyncFn(&[NewCode]) -> Result<T, Fault>,
    ) -> Result<Made<T>, Fault> {
        let problems = match self.on_error {
            OnError::Refuse => all_or_nothing(items).map(|_| Vec::new())?,
            OnError::Continue => items.into_iter().map(|item| item.err().map(Problem::from)).collect(),
        };
        Ok(Made { codes: Arc::default(), problems, prepared: prepare(&[]).await?, replay: Replay(false) })
    }

    /// Mints, or finds minted, what is remembered as minted.
    async fn mint_recorded<T>(
        &self,
        recorded: Arc<[ItemOutcome]>,
        judge: impl Fn(Terms) -> Result<Vec<Item>, Fault>,
        prepare: impl AsyncFn(&[NewCode]) -> Result<T, Fault>,
    ) -> Result<Made<T>, Fault> {
        let items = judge(Terms::Content)?.into_iter().zip(recorded.iter());
        let minted = items.filter(|(_, outcome)| **outcome == ItemOutcome::Minted);
        let codes = minted.map(|(item, _)| item).collect::<Result<Vec<_>, _>>()?;
        let prepared = prepare(&codes).await?;
        let MintAnswer { codes, is_replayed } = self.ask(codes, Arc::clone(&recorded)).await?;
        let problems = problems_of(&recorded, &codes, judge)?;
        Ok(Made { codes, problems, prepared, replay: Replay(is_replayed) })
    }

    async fn ask(&self, codes: Vec<NewCode>, items: Arc<[ItemOutcome]>) -> Result<MintAnswer, MintRefused> {
        let name = self.name.clone();
        let idempotency = name.map(|(key, hash)| IdempotentRequest { key, hash, items });
        self.edge.handles.codes.mint(MintRequest { owner: self.owner.clone(), codes, idempotency }).await
    }
}

fn outcome(item: &Item) -> ItemOutcome {
    match item {
        Ok(_) => ItemOutcome::Minted,
        Err(refused) if refused.code == ProblemCode::RedirectLoop => ItemOutcome::RedirectLoop,
        Err(_) => ItemOutcome::Refused,
    }
}

/// Why items are not among the codes: judged as of when these were minted, in the first answer as in every
/// other, so that all are alike.
fn problems_of(
    outcomes: &[ItemOutcome],
    minted: &[Code],
    judge: impl Fn(Terms) -> Result<Vec<Item>, Fault>,
) -> Result<Vec<Option<Problem>>, Fault> {
    let Some(minted_at) = minted.first().map(|code| code.created_at) else {
        return Err(Fault::unexplained());
    };
    if outcomes.iter().all(|outcome| *outcome == ItemOutcome::Minted) {
        return Ok(vec![None; outcomes.len()]);
    }
    let items = judge(Terms::Full(minted_at))?.into_iter().zip(outcomes).enumerate();
    let problem = |(index, (item, outcome)): (usize, (Item, &ItemOutcome))| {
        let code = match outcome {
            ItemOutcome::Minted => return None,
            ItemOutcome::Refused => ProblemCode::InvalidRequest,
            ItemOutcome::RedirectLoop => ProblemCode::RedirectLoop,
        };
        let refused = item.err().unwrap_or_else(|| {
            // This server has other settings than the one that refused it.
            let detail = "was refused when the request was made first";
            Refused::one(FieldFault::new(format!("/{index}"), detail).with_code(code))
        });
        Some(Problem::from(refused))
    };
    Ok(items.map(problem).collect())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_key_is_there_once_and_has_visible_characters() {
        let key = |values: &[&str]| {
            let request = values.iter().fold(TestRequest::default(), |request, value| {
                request.append_header((KEY, HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            });
            key_of(&request.to_http_request())
        };
        assert_eq!(key(&[]).unwrap(), None);
        assert_eq!(key(&["\"a~7\""]).unwrap().unwrap().as_str(), "\"a~7\"");
        let refused: [&[&str]; 5] = [&[""], &["a b"], &["é"], &["a", "a"], &[&"k".repeat(256)]];
        for values in refused {
            let fault = key(values).unwrap_err();
            assert_eq!(fault.code, ProblemCode::InvalidIdempotencyKey, "{values:?}");
            assert!(fault.detail.starts_with("Idempotency-Key must "), "{}", fault.detail);
        }
    }
}
