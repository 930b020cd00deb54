package io.muster.registry.engine.raft;

import io.muster.api.JsonCodec;
import io.muster.api.OperatorSetting;
import io.muster.api.Position;
import io.muster.api.Registration;
import io.muster.registry.catalogue.CatalogueImage;
import io.muster.registry.catalogue.Checks;
import io.muster.registry.catalogue.InstanceKey;
import io.muster.registry.catalogue.InstanceRecord;
import io.muster.registry.catalogue.Ruling;
import io.muster.registry.catalogue.ServiceKey;
import io.muster.registry.catalogue.ServiceState;
import io.muster.registry.catalogue.Setting;
import io.muster.registry.catalogue.SettingTarget;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A catalogue as a stream of JSON objects, each after its length: a head, the settings, then each service and its instances.
 *
 * @param entry the index of the last entry that was applied
 * @param image what the catalogue is then
 */
record CatalogueSnapshot(long entry, CatalogueImage image) {
    private static final int VERSION = 1;
    private static final int MAX_PART_BYTES = 1024 * 1024;

    void write(OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        put(
                out,
                new Head(
                        VERSION,
                        entry,
                        image.epoch(),
                        image.index(),
                        image.forgotten(),
                        image.settings().size(),
                        image.services().size()));
        for (Setting setting : image.settings()) {
            SettingTarget target = setting.target();
            put(
                    out,
                    new SettingJson(
                            target.service().namespace(), target.service().service(), target.id(), setting.setting()));
        }
        for (ServiceState service : image.services()) {
            put(
                    out,
                    new ServiceJson(
                            service.key().namespace(),
                            service.key().service(),
                            service.index(),
                            service.instances().size()));
            for (InstanceRecord record : service.instances()) {
                put(out, InstanceJson.of(record));
            }
        }
        out.flush();
    }

    static CatalogueSnapshot read(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        Head head = get(in, Head.class);
        if (head.version() != VERSION) {
            throw new IOException("snapshot of the catalogue must be of version " + VERSION + " but was of "
                    + head.version() + ", written by a newer registry");
        }
        List<Setting> settings = new ArrayList<>();
        for (int i = 0; i < head.settings(); i++) {
            SettingJson setting = get(in, SettingJson.class);
            ServiceKey service = new ServiceKey(setting.namespace(), setting.service());
            settings.add(new Setting(new SettingTarget(service, setting.id()), setting.setting()));
        }
        List<ServiceState> services = new ArrayList<>();
        for (int i = 0; i < head.services(); i++) {
            ServiceJson service = get(in, ServiceJson.class);
            ServiceKey key = new ServiceKey(service.namespace(), service.service());
            List<InstanceRecord> instances = new ArrayList<>();
            for (int j = 0; j < service.instances(); j++) {
                instances.add(get(in, InstanceJson.class).toRecord(key));
            }
            services.add(ServiceState.of(key, service.index(), instances));
        }
        return new CatalogueSnapshot(
                head.entry(), new CatalogueImage(head.epoch(), head.index(), head.forgotten(), services, settings));
    }

    private static void put(DataOutputStream out, Object part) throws IOException {
        byte[] json = JsonCodec.server().encode(part);
        out.writeInt(json.length);
        out.write(json);
    }

    private static <T> T get(DataInputStream in, Class<T> type) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_PART_BYTES) {
            throw new IOException(
                    "part of a snapshot must have at most " + MAX_PART_BYTES + " bytes but had " + length);
        }
        try {
            return JsonCodec.server().decode(in.readNBytes(length), type).value();
        } catch (RuntimeException e) {
            throw new IOException("snapshot of the catalogue cannot be read", e);
        }
    }

    record Head(int version, long entry, long epoch, long index, long forgotten, int settings, int services) {}

    record SettingJson(
            String namespace, String service, @Nullable String id, OperatorSetting setting) {}

    record ServiceJson(String namespace, String service, long index, int instances) {}

    record InstanceJson(
            String id,
            Position generation,
            Registration registration,
            String owner,
            String address,
            boolean passing,
            String failing,
            boolean maintenance,
            @Nullable Integer weight,
            String reason) {
        static InstanceJson of(InstanceRecord record) {
            Ruling ruling = record.ruling();
            return new InstanceJson(
                    record.key().id(),
                    record.generation(),
                    record.registration(),
                    record.owner(),
                    record.address(),
                    record.checks().passing(),
                    record.checks().reason(),
                    ruling.maintenance(),
                    ruling.weight(),
                    ruling.reason());
        }

        InstanceRecord toRecord(ServiceKey service) {
            return new InstanceRecord(
                    new InstanceKey(service, id),
                    generation,
                    registration,
                    owner,
                    address,
                    new Checks(passing, failing),
                    new Ruling(maintenance, weight, reason));
        }
    }
}
