package io.muster.lease.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.verify;

import io.muster.lease.LeaseContext;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** A test of an application that puts a mock in the place of a job. */
@SpringJUnitConfig(MockedJobTest.Jobs.class)
@TestPropertySource(properties = "muster.lease.store=memory")
class MockedJobTest {
    @MockitoBean
    private Job mocked;

    @MockitoSpyBean
    private OtherJob spied;

    @Autowired
    private OtherJob other;

    @Test
    void theApplicationStartsAndTheMockIsCalled() {
        assertThat(mocked.work()).isZero();
        verify(mocked).work();
    }

    @Test
    void aSpyWorksUnderItsLease() {
        assertThat(other.work()).isPositive();
        verify(spied).work();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(MusterLeaseAutoConfiguration.class)
    static class Jobs {
        @Bean
        Job job() {
            return new Job();
        }

        @Bean
        OtherJob otherJob() {
            return new OtherJob();
        }
    }

    static class Job {
        @Leased("job")
        public Long work() {
            return LeaseContext.current().fencingToken();
        }
    }

    static class OtherJob {
        @Leased("other-job")
        public Long work() {
            return LeaseContext.current().fencingToken();
        }
    }
}
