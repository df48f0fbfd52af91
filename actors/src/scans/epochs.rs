//! The epochs whose counts are in memory, from their first scan until their files may go.

use std::collections::VecDeque;
use std::time::Duration;

use ezqr_schema::scan::{Day, Epoch, EpochId, Scan};
use ezqr_schema::{Page, Sequence};
use ezqr_store::WindowRow;

use super::tallies::EpochTallies;

/// How long after all its rows were acknowledged an epoch is written once more, where acknowledged rows may be
/// lost: longer than servers keep them in memory only.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// The epochs in memory, oldest first.
#[derive(Debug, Default)]
pub(super) struct Epochs {
    all: Vec<Counted>,
    /// Whose rows the flush under way has yet to give.
    flush: VecDeque<EpochId>,
    /// Days of epochs that are being written again.
    rewritten: Vec<Day>,
}

#[derive(Debug)]
struct Counted {
    tallies: EpochTallies,
    stage: Stage,
}

/// How far an epoch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its scans come in as they happen. What is counted so far is written.
    Growing,
    /// It is read again from its files. Nothing of it is written before all is read.
    Replaying,
    /// No scan comes any more, and none came since the flush of this number had begun.
    Over(u64),
    /// The store has all of it, since then.
    Written(Duration),
    /// The store was given all of it twice.
    WrittenAgain,
}

impl Epochs {
    /// Takes up an epoch whose scans come in as they happen.
    pub(super) fn begin(&mut self, epoch: Epoch) {
        self.all.push(Counted { tallies: EpochTallies::new(epoch), stage: Stage::Growing });
    }

    /// Takes up an epoch that is read again.
    pub(super) fn replay(&mut self, epoch: Epoch) {
        self.all.push(Counted { tallies: EpochTallies::new(epoch), stage: Stage::Replaying });
    }

    /// Counts one scan; false when its epoch is not in memory.
    pub(super) fn add(&mut self, epoch: EpochId, scan: &Scan<'_>) -> bool {
        // Nearly always the newest.
        let found = self.all.iter_mut().rev().find(|counted| counted.id() == epoch);
        found.map(|counted| counted.tallies.add(scan)).is_some()
    }

    /// No scan of this epoch comes any more; `flush` flushes have begun so far.
    pub(super) fn end(&mut self, epoch: EpochId, flush: u64) {
        if let Some(counted) = self.find(epoch)
            && matches!(counted.stage, Stage::Growing | Stage::Replaying)
        {
            counted.stage = Stage::Over(flush);
        }
    }

    /// Whether this one is in memory.
    pub(super) fn holds(&self, epoch: EpochId) -> bool {
        self.all.iter().any(|counted| counted.id() == epoch)
    }

    /// What takes memory, of all of them.
    pub(super) fn keys(&self) -> usize {
        self.all.iter().map(|counted| counted.tallies.keys()).sum()
    }

    /// What takes memory, of one.
    pub(super) fn keys_of(&self, epoch: EpochId) -> usize {
        let found = self.all.iter().find(|counted| counted.id() == epoch);
        found.map_or(0, |counted| counted.tallies.keys())
    }

    /// The newest that is over and not written, while an older one is not written either. The oldest stays in
    /// memory whatever its size: it is the next to be written, and would otherwise be read again for ever.
    pub(super) fn newest_unwritten(&self) -> Option<EpochId> {
        let is_unwritten =
            |counted: &&Counted| matches!(counted.stage, Stage::Over(_)) && !counted.tallies.is_clean();
        let mut newest_first = self.all.iter().rev().filter(is_unwritten);
        let newest = newest_first.next()?;
        newest_first.next().map(|_| newest.id())
    }

    /// Lets go of the counts of one whose files are kept and read again later.
    pub(super) fn let_go(&mut self, epoch: EpochId) {
        self.all.retain(|counted| counted.id() != epoch);
    }

    /// Begins a flush: of all that may be written, or of what is over alone.
    pub(super) fn begin_flush(&mut self, is_whole: bool) {
        let is_to_write = |counted: &&Counted| match counted.stage {
            Stage::Growing => is_whole && !counted.tallies.is_clean(),
            Stage::Replaying => false,
            Stage::Over(_) | Stage::Written(_) | Stage::WrittenAgain => !counted.tallies.is_clean(),
        };
        self.flush = self.all.iter().filter(is_to_write).map(Counted::id).collect();
    }

    /// Gives the flush up. What it did not get acknowledged is dirty still.
    pub(super) fn cut_flush(&mut self) {
        self.flush.clear();
        for counted in &mut self.all {
            counted.tallies.cut_round();
        }
    }

    /// The next rows of the flush, at most `most`; empty when it has given all.
    pub(super) fn next_rows(&mut self, most: usize) -> Vec<WindowRow> {
        while let Some(epoch) = self.flush.front().copied() {
            let rows = self.find(epoch).map(|counted| counted.tallies.dirty(most)).unwrap_or_default();
            if !rows.is_empty() {
                return rows;
            }
            self.flush.pop_front();
        }
        Vec::new()
    }

    /// The store has these rows.
    pub(super) fn acknowledge(&mut self, epoch: EpochId, written: &[(Sequence, u64)]) {
        if let Some(counted) = self.find(epoch) {
            counted.tallies.acknowledge(written);
        }
    }

    /// Whether something that is over waits to be written.
    pub(super) fn has_unwritten_end(&self) -> bool {
        self.all.iter().any(|counted| {
            matches!(counted.stage, Stage::Over(_) | Stage::WrittenAgain) && !counted.tallies.is_clean()
        })
    }

    /// Takes out those whose files may go: their rows were acknowledged, and their visitors by the flush
    /// `visitors_flush`. Where `again`, each is written once more before.
    pub(super) fn take_finished(&mut self, now: Duration, visitors_flush: u64, again: bool) -> Vec<EpochId> {
        for counted in &mut self.all {
            if counted.tallies.is_clean() {
                counted.stage = match counted.stage {
                    Stage::Over(flush) if visitors_flush > flush => Stage::Written(now),
                    Stage::Written(since) if again && now.saturating_sub(since) >= AGAIN_AFTER => {
                        counted.tallies.rewrite_all();
                        self.rewritten.push(counted.tallies.epoch().window.day());
                        Stage::WrittenAgain
                    }
                    stage @ (Stage::Growing
                    | Stage::Replaying
                    | Stage::Over(_)
                    | Stage::Written(_)
                    | Stage::WrittenAgain) => stage,
                };
            }
        }
        let is_finished = |counted: &mut Counted| {
            counted.tallies.is_clean()
                && (counted.stage == Stage::WrittenAgain
                    || (!again && matches!(counted.stage, Stage::Written(_))))
        };
        self.all.extract_if(.., is_finished).map(|counted| counted.id()).collect()
    }

    /// Days of epochs that are to be written again since this was asked last.
    pub(super) fn take_rewritten(&mut self) -> Vec<Day> {
        std::mem::take(&mut self.rewritten)
    }

    /// The counts of these codes.
    pub(super) fn of_codes(&self, codes: &[Sequence]) -> Vec<WindowRow> {
        self.all
            .iter()
            .flat_map(|counted| codes.iter().filter_map(|code| counted.tallies.of(*code)))
            .collect()
    }

    /// All codes there can be of these pages.
    pub(super) fn codes_of(pages: &[Page]) -> Vec<Sequence> {
        let slots = || 0..ezqr_schema::PAGE_CODES;
        pages.iter().flat_map(|page| slots().map_while(|slot| page.sequence(slot))).collect()
    }

    fn find(&mut self, epoch: EpochId) -> Option<&mut Counted> {
        self.all.iter_mut().find(|counted| counted.id() == epoch)
    }
}

impl Counted {
    fn id(&self) -> EpochId {
        self.tallies.epoch().id
    }
}

#[cfg(test)]
mod tests {
    use ezqr_schema::scan::{Browser, Country, Device, Os, Reason, ReferrerText, Window};

    use super::*;

    fn epoch(number: u8) -> Epoch {
        Epoch { id: EpochId::from_random([number; 16]), window: Window::new(u32::from(number)).unwrap() }
    }

    fn scan() -> Scan<'static> {
        Scan {
            sequence: Sequence::new(1).unwrap(),
            reason: Reason::Browser,
            device: Device::Phone,
            os: Os::Other,
            browser: Browser::Other,
            country: Country::UNKNOWN,
            referrer: ReferrerText::DIRECT,
            visitor: None,
        }
    }

    fn written(epochs: &mut Epochs) -> usize {
        let mut count = 0;
        loop {
            let rows = epochs.next_rows(1);
            let Some(row) = rows.first() else { return count };
            count += 1;
            epochs.acknowledge(row.epoch.id, &[(row.sequence, row.tally.hits())]);
        }
    }

    #[test]
    fn nothing_of_an_epoch_is_written_while_it_is_read_again() {
        let mut epochs = Epochs::default();
        epochs.replay(epoch(1));
        assert!(epochs.add(epoch(1).id, &scan()));
        epochs.begin_flush(true);
        assert_eq!(written(&mut epochs), 0);
        epochs.end(epoch(1).id, 0);
        epochs.begin_flush(false);
        assert_eq!(written(&mut epochs), 1);
    }

    #[test]
    fn files_go_after_all_rows_were_acknowledged_and_on_a_shared_store_twice() {
        for again in [false, true] {
            let mut epochs = Epochs::default();
            epochs.begin(epoch(1));
            epochs.add(epoch(1).id, &scan());
            epochs.end(epoch(1).id, 0);
            assert_eq!(epochs.take_finished(Duration::ZERO, 0, again), []);
            epochs.begin_flush(false);
            assert_eq!(written(&mut epochs), 1);
            let unseen = epochs.take_finished(Duration::ZERO, 0, again);
            assert_eq!(unseen, [], "its visitors are not written");
            let finished = epochs.take_finished(Duration::ZERO, 1, again);
            assert_eq!(finished, if again { vec![] } else { vec![epoch(1).id] });
            if again {
                assert_eq!(epochs.take_finished(AGAIN_AFTER / 2, 1, true), []);
                assert!(!epochs.has_unwritten_end());
                assert_eq!(epochs.take_finished(AGAIN_AFTER, 1, true), []);
                assert!(epochs.has_unwritten_end());
                epochs.begin_flush(false);
                assert_eq!(written(&mut epochs), 1);
                assert_eq!(epochs.take_finished(AGAIN_AFTER, 1, true), [epoch(1).id]);
            }
        }
    }

    #[test]
    fn what_a_flush_that_was_cut_off_gave_is_given_by_the_next() {
        let mut epochs = Epochs::default();
        epochs.begin(epoch(1));
        epochs.add(epoch(1).id, &scan());
        epochs.begin_flush(true);
        assert_eq!(epochs.next_rows(1).len(), 1);
        epochs.cut_flush();
        epochs.begin_flush(true);
        assert_eq!(written(&mut epochs), 1);
    }

    #[test]
    fn what_is_parked_is_over_and_no_longer_here_and_the_oldest_stays() {
        let mut epochs = Epochs::default();
        for number in [1, 2] {
            epochs.begin(epoch(number));
            epochs.add(epoch(number).id, &scan());
            assert_eq!(epochs.newest_unwritten(), None);
            epochs.end(epoch(number).id, 0);
        }
        assert_eq!(epochs.newest_unwritten(), Some(epoch(2).id));
        epochs.let_go(epoch(2).id);
        assert!(!epochs.add(epoch(2).id, &scan()) && !epochs.holds(epoch(2).id));
        assert_eq!(epochs.newest_unwritten(), None, "the oldest is written next");
        assert!(epochs.holds(epoch(1).id) && epochs.keys() > 0);
    }
}
