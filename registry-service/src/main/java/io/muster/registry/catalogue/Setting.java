package io.muster.registry.catalogue;

import io.muster.api.OperatorSetting;

/**
 * What an operator says of a service or an instance.
 *
 * @param target of what
 * @param setting what
 */
public record Setting(SettingTarget target, OperatorSetting setting) {}
