package io.muster.quorum.history;

import java.util.List;

/** A guard: a register of the highest token. It accepts a write exactly when its token is at least that, and remembers it. */
final class GuardModel implements SequentialModel<Long> {
    @Override
    public Long initial() {
        return 0L;
    }

    @Override
    public List<Long> next(Long highest, Operation operation, long latestNanos) {
        if (!(operation.call() instanceof Call.Write write)) {
            throw new IllegalArgumentException("call must be a Write but was " + operation.call());
        }
        if (operation.answer() instanceof Answer.Gone) {
            return write.token() < highest ? List.of(highest) : List.of();
        }
        if (operation.unknown()) {
            return write.token() > highest ? List.of(write.token()) : List.of();
        }
        return write.token() >= highest ? List.of(write.token()) : List.of();
    }

    @Override
    public List<Operation> relevant(List<Operation> operations) {
        return operations.stream()
                .filter(operation -> !(operation.answer() instanceof Answer.Refused))
                .toList();
    }
}
