//! What the public routes need to know of a code.

use ezqr_schema::{
    Alias, Code, CodeId, CodeStatus, ErrorCorrection, LinkBaseId, Owner, Payload, Sequence, TargetUrl,
    Timestamp,
};

use super::cache::ALLOCATION;

/// The part of a code that redirects and images read: without name, tags, metadata and what else only its owner sees. As
/// it is cached, that is without static ones, at most about 2,500 bytes, typically 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub sequence: Sequence,
    /// Its id.
    pub id: CodeId,
    /// Whose it is: a suspended account's links answer 403.
    pub owner: Owner,
    /// What it leads to.
    pub pattern: Pattern,
    /// The least level of its images.
    pub error_correction: ErrorCorrection,
    /// Whether it works.
    pub status: CodeStatus,
    /// From when on it answers 410.
    pub expires_at: Option<Timestamp>,
}

/// What the pattern of a code holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The content itself; there is no short link.
    Static(Payload),
    /// The short link.
    Dynamic {
        /// Where it leads now.
        target_url: TargetUrl,
        /// The chosen short code, if any.
        alias: Option<Alias>,
        /// The base it was minted with.
        link_base: LinkBaseId,
    },
}

impl Link {
    /// Where a visitor is sent; `None` for a static code.
    pub const fn target_url(&self) -> Option<&TargetUrl> {
        match &self.pattern {
            Pattern::Static(_) => None,
            Pattern::Dynamic { target_url, .. } => Some(target_url),
        }
    }

    /// Bytes of memory it takes, about, with what the allocator adds to its texts.
    pub(super) fn bytes(&self) -> usize {
        let text = |text: &str| text.len() + 2 * size_of::<usize>() + ALLOCATION;
        let of_pattern = match &self.pattern {
            Pattern::Static(content) => text(content.as_str()),
            Pattern::Dynamic { target_url, alias, .. } => {
                text(target_url.as_str()) + alias.as_ref().map_or(0, |alias| text(alias.as_str()))
            }
        };
        size_of::<Self>() + text(self.owner.environment.as_str()) + of_pattern
    }

    /// Whether its time was over at `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

impl From<Code> for Link {
    fn from(code: Code) -> Self {
        let pattern = match code.target_url {
            None => Pattern::Static(code.content),
            Some(target_url) => Pattern::Dynamic { target_url, alias: code.alias, link_base: code.link_base },
        };
        Self {
            sequence: code.sequence,
            id: code.id,
            owner: code.owner,
            pattern,
            error_correction: code.error_correction,
            status: code.status,
            expires_at: code.expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use ezqr_schema::{AccountId, ContentType, Environment, InstallationSecret};

    use super::*;

    #[test]
    fn a_link_is_expired_from_the_very_instant_on() {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let sequence = Sequence::new(7).unwrap();
        let content = serde_json::json!("a");
        let link = |expires_at| Link {
            sequence,
            id: InstallationSecret::from_bytes([1; 32]).code_ids().make(Timestamp::EPOCH, 0, sequence),
            owner: Owner {
                account: AccountId::from_random([1; 16]),
                environment: Environment::parse("production").unwrap(),
            },
            pattern: Pattern::Static(Payload::parse(ContentType::Text, &content).unwrap()),
            error_correction: ErrorCorrection::Medium,
            status: CodeStatus::Active,
            expires_at,
        };
        let expiring = link(Some(at(1_000)));
        assert_eq!([999, 1_000, 1_001].map(|now| expiring.is_expired(at(now))), [false, true, true]);
        assert!(!link(None).is_expired(at(i64::from(u32::MAX))));
    }
}
