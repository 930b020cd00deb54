package io.muster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.lease.FencingContext.CheckedToken;
import io.muster.lease.FencingContext.Scope;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class FencingContextTest {
    private final List<CheckedToken> outer = List.of(new CheckedToken("a", 1, Duration.ofSeconds(1)));
    private final List<CheckedToken> inner = List.of(new CheckedToken("b", 2, Duration.ofSeconds(1)));

    @Test
    void scopesNestAndTheOuterOneComesBack() throws Exception {
        Scope scope = FencingContext.enter(outer);
        assertThat(FencingContext.tokens()).isEqualTo(outer);
        assertThat(FencingContext.call(inner, FencingContext::tokens)).isEqualTo(inner);
        assertThat(FencingContext.tokens()).isEqualTo(outer);
        scope.close();
        assertThat(FencingContext.tokens()).isEmpty();
    }

    @Test
    void aWrappedTaskWorksForTheTokensElsewhere() throws Exception {
        Callable<List<CheckedToken>> wrapped =
                FencingContext.call(outer, () -> FencingContext.wrap(FencingContext::tokens));
        FutureTask<List<CheckedToken>> elsewhere = new FutureTask<>(wrapped);
        new Thread(elsewhere).start();
        assertThat(elsewhere.get()).isEqualTo(outer);
        assertThat(FencingContext.tokens()).isEmpty();
    }

    @Test
    void aTokenThatNoStoreGrantsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CheckedToken("a", 0, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckedToken("a", LeaseStore.MAX_TOKEN + 1, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new CheckedToken("a", 1, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> new CheckedToken("", 1, Duration.ofSeconds(1)));
    }
}
