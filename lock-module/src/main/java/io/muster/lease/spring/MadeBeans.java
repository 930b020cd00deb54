package io.muster.lease.spring;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Notes which beans the container makes, from before there are proxies. The others were put in ready-made, as a test does
 * with a mock in the place of a bean. Thread-safe.
 */
final class MadeBeans implements BeanFactoryPostProcessor {
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        beans.addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (beans.containsBeanDefinition(name)) {
                    names.add(name);
                }
                return bean;
            }
        });
    }

    /** Whether the container has made it of its definition. */
    boolean contains(String name) {
        return names.contains(name);
    }
}
