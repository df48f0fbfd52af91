//! A proxy between one node and the store, which keeps chosen statements from getting through.
#![allow(dead_code, reason = "each suite uses its part")]

use std::net::{SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};

use scylla_proxy::{
    Condition, Node, Proxy, Reaction as _, RequestFrame, RequestOpcode, RequestReaction, RequestRule,
    RunningProxy, ShardAwareness,
};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::client::PATIENCE;

/// A proxy before each node of the store; it ends when dropped.
pub(crate) struct Between {
    /// How the store is reached through it.
    pub(crate) contact_points: String,
    /// Every statement the rules caught.
    pub(crate) caught: mpsc::UnboundedReceiver<(RequestFrame, Option<u16>)>,
    running: Option<RunningProxy>,
    runtime: Runtime,
    catching: mpsc::UnboundedSender<(RequestFrame, Option<u16>)>,
}

impl Between {
    /// In front of `contact_points`, and letting everything through.
    ///
    /// A driver looks for the other nodes of a cluster at their own addresses and the port it was given: so the
    /// proxies have the nodes' addresses, and one port of their own.
    #[allow(clippy::disallowed_methods, reason = "what a proxy catches is bounded by the test")]
    pub(crate) fn new(contact_points: &str) -> Self {
        let nodes: Vec<SocketAddr> = contact_points.split(',').map(|node| node.parse().unwrap()).collect();
        let port = TcpListener::bind((nodes[0].ip(), 0)).unwrap().local_addr().unwrap().port();
        let addresses: Vec<_> = nodes.iter().map(|node| SocketAddr::new(node.ip(), port)).collect();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let proxied = nodes.iter().zip(&addresses).map(|(real, proxy)| {
            let node = Node::builder().real_address(*real).proxy_address(*proxy);
            node.shard_awareness(ShardAwareness::Unaware).build()
        });
        let running = runtime.block_on(Proxy::new(proxied).run()).unwrap();
        let contact_points = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let (catching, caught) = mpsc::unbounded_channel();
        Self { contact_points, caught, running: Some(running), runtime, catching }
    }

    /// The next statement the rules caught, which comes within moments.
    pub(crate) fn next_caught(&mut self) -> RequestFrame {
        // A timer is made on the runtime that drives it.
        let next = async { tokio::time::timeout(PATIENCE, self.caught.recv()).await };
        self.runtime.block_on(next).expect("no statement was caught").unwrap().0
    }

    /// Lets everything through from now on.
    pub(crate) fn open(&mut self) {
        self.rules(&[]);
    }

    /// Does `reaction` to every statement that holds `text`, and lets none through that holds `swallowed` but the
    /// first.
    pub(crate) fn catch_and_swallow_after_one(
        &mut self,
        text: &str,
        reaction: RequestReaction,
        swallowed: &str,
    ) {
        let swallowed = holding(&[swallowed.to_owned()]);
        self.rules(&[
            (holding(&[text.to_owned()]), reaction),
            (swallowed.clone().and(Condition::TrueForLimitedTimes(1)), RequestReaction::noop()),
            (swallowed, RequestReaction::drop_frame()),
        ]);
    }

    /// From now on does `reaction` to statements that hold one of `texts`, to each with this probability.
    pub(crate) fn catch_some(&mut self, texts: &[String], probability: f64, reaction: RequestReaction) {
        let caught = holding(texts).and(Condition::RandomWithProbability(probability));
        self.rules(&[(caught, reaction)]);
    }

    /// Does `reaction` to the next statement that holds `text`; lets others that hold it through, and tells of
    /// them too.
    pub(crate) fn catch_once(&mut self, text: &str, reaction: RequestReaction) {
        self.catch_times(1, text, reaction);
    }

    /// The same to the next so many of them.
    pub(crate) fn catch_times(&mut self, times: usize, text: &str, reaction: RequestReaction) {
        let holds = holding(&[text.to_owned()]);
        let first = holds.clone().and(Condition::TrueForLimitedTimes(times));
        self.rules(&[(first, reaction), (holds, RequestReaction::noop())]);
    }

    /// Lets none of the statements through that hold one of `texts`.
    pub(crate) fn swallow(&mut self, texts: &[String]) {
        self.rules(&[(holding(texts), RequestReaction::drop_frame())]);
    }

    fn rules(&mut self, rules: &[(Condition, RequestReaction)]) {
        let telling =
            |reaction: &RequestReaction| reaction.clone().with_feedback_when_performed(self.catching.clone());
        let rules: Vec<_> =
            rules.iter().map(|(when, reaction)| RequestRule(when.clone(), telling(reaction))).collect();
        for node in &mut self.running.as_mut().unwrap().running_nodes {
            node.change_request_rules(Some(rules.clone()));
        }
    }
}

/// Whether a statement holds one of `texts`.
fn holding(texts: &[String]) -> Condition {
    let texts = texts.iter().map(|text| Condition::BodyContainsCaseSensitive(text.as_bytes().into()));
    let opcodes = [RequestOpcode::Execute, RequestOpcode::Batch].map(Condition::RequestOpcode);
    Condition::any(opcodes).and(Condition::any(texts))
}

impl Drop for Between {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // Its end panics when a connection it cut ends at the same time; there is nothing left to be told.
            let finish = AssertUnwindSafe(|| drop(self.runtime.block_on(running.finish())));
            let _ = catch_unwind(finish);
        }
    }
}
