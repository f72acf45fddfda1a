//! Who has asked what: questions to the outside, by name and by asker.

use model::CallSid;
use std::collections::{BTreeMap, BTreeSet};

/// Questions of one kind that wait for their answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Questions {
    asked: BTreeMap<u64, CallSid>,
    of: BTreeSet<(CallSid, u64)>,
    last: u64,
}

impl Questions {
    /// Names a new question of this call's.
    pub fn ask(&mut self, call: CallSid) -> u64 {
        self.last += 1;
        self.asked.insert(self.last, call);
        self.of.insert((call, self.last));
        self.last
    }

    /// Takes a question out: who asked it, if anybody still waits.
    pub fn answer(&mut self, question: u64) -> Option<CallSid> {
        let call = self.asked.remove(&question)?;
        self.of.remove(&(call, question));
        Some(call)
    }

    /// Takes out every question of a call.
    pub fn forget(&mut self, call: CallSid) {
        let range = (call, 0)..=(call, u64::MAX);
        let names: Vec<u64> = self
            .of
            .range(range)
            .map(|(_, question)| *question)
            .collect();
        for question in names {
            self.answer(question);
        }
    }

    /// True if nobody waits.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.of.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_once_and_forgotten_with_its_call() {
        let (a, b) = (CallSid(1), CallSid(2));
        let mut questions = Questions::default();
        let (first, second, third) = (questions.ask(a), questions.ask(b), questions.ask(a));
        assert_eq!(questions.answer(first), Some(a));
        assert_eq!(questions.answer(first), None);
        questions.forget(a);
        assert_eq!(questions.answer(third), None);
        assert_eq!(questions.answer(second), Some(b));
        assert!(questions.is_empty());
    }
}
