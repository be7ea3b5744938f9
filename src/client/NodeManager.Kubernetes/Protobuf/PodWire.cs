using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes pods. Source: https://github.com/kubernetes/api/blob/master/core/v1/generated.proto</summary>
public static class PodWire
{
    /// <param name="isFull">
    /// False omits fields that caches of all pods do not keep: addresses, QoS class, generated name and generation.
    /// </param>
    public static Pod Read(ReadOnlySpan<byte> message, bool isFull = true)
    {
        var pod = new Pod();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    pod.Metadata = MetaWire.Read(reader.Bytes, isFull);
                    break;
                case 2:
                    pod.Spec = ReadSpec(reader.Bytes);
                    break;
                case 3:
                    pod.Status = PodStatusWire.Read(reader.Bytes, isFull);
                    break;
            }
        }

        return pod;
    }

    private static PodSpec ReadSpec(ReadOnlySpan<byte> message)
    {
        var spec = new PodSpec();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    spec.Volumes = reader.Add(spec.Volumes, ReadVolume);
                    break;
                case 2:
                    spec.Containers = reader.Add(spec.Containers, ReadContainer);
                    break;
                case 3:
                    spec.RestartPolicy = reader.SharedOrNull();
                    break;
                case 4:
                    spec.TerminationGracePeriodSeconds = (long)reader.Value;
                    break;
                case 8:
                    spec.ServiceAccountName = reader.SharedOrNull();
                    break;
                case 11:
                    spec.HostNetwork = reader.TrueOrNull();
                    break;
                case 20:
                    spec.InitContainers = reader.Add(spec.InitContainers, ReadContainer);
                    break;
                case 39:
                    spec.ResourceClaims = reader.Add(spec.ResourceClaims, ReadClaim);
                    break;
                case 40:
                    spec.Resources = ReadResources(reader.Bytes);
                    break;
                case 44:
                    spec.EvictionResponders = reader.Add(spec.EvictionResponders, ReadResponder);
                    break;
                default:
                    ReadScheduling(spec, ref reader);
                    break;
            }
        }

        return spec;
    }

    private static void ReadScheduling(PodSpec spec, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 7:
                spec.NodeSelector = reader.AddEntry(spec.NodeSelector, SharedStrings.Get);
                break;
            case 10:
                spec.NodeName = reader.SharedOrNull();
                break;
            case 18:
                spec.Affinity = PlacementWire.Read(reader.Bytes);
                break;
            case 19:
                spec.SchedulerName = reader.SharedOrNull();
                break;
            case 22:
                spec.Tolerations = reader.Add(spec.Tolerations, PlacementWire.ReadToleration);
                break;
            case 24:
                spec.PriorityClassName = reader.SharedOrNull();
                break;
            case 25:
                spec.Priority = (int)reader.Value;
                break;
            case 31:
                spec.PreemptionPolicy = reader.Shared();
                break;
            case 32:
                spec.Overhead = reader.AddEntry(spec.Overhead, WireFields.ReadQuantity);
                break;
            case 33:
                spec.TopologySpreadConstraints = reader.Add(spec.TopologySpreadConstraints, PlacementWire.ReadConstraint);
                break;
            case 38:
                spec.SchedulingGates = reader.Add(spec.SchedulingGates, ReadGate);
                break;
        }
    }

    private static PodSchedulingGate ReadGate(ReadOnlySpan<byte> message)
    {
        var gate = new PodSchedulingGate();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    gate.Name = reader.Shared();
                    break;
            }
        }

        return gate;
    }

    private static PodResourceClaim ReadClaim(ReadOnlySpan<byte> message)
    {
        var claim = new PodResourceClaim();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    claim.Name = reader.Shared();
                    break;
            }
        }

        return claim;
    }

    private static EvictionResponder ReadResponder(ReadOnlySpan<byte> message)
    {
        var responder = new EvictionResponder();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    responder.Name = reader.Shared();
                    break;
                case 2:
                    responder.Priority = (int)reader.Value;
                    break;
            }
        }

        return responder;
    }

    private static Container ReadContainer(ReadOnlySpan<byte> message)
    {
        var container = new Container();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    container.Name = reader.Shared();
                    break;
                case 2:
                    container.Image = reader.SharedOrNull();
                    break;
                case 6:
                    container.Ports = reader.Add(container.Ports, ReadPort);
                    break;
                case 8:
                    container.Resources = ReadResources(reader.Bytes);
                    break;
                case 24:
                    container.RestartPolicy = reader.Shared();
                    break;
            }
        }

        return container;
    }

    private static ContainerPort ReadPort(ReadOnlySpan<byte> message)
    {
        var port = new ContainerPort();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    port.Name = reader.SharedOrNull();
                    break;
                case 2:
                    port.HostPort = reader.IntegerOrNull();
                    break;
                case 3:
                    port.Number = (int)reader.Value;
                    break;
                case 4:
                    port.Protocol = reader.SharedOrNull();
                    break;
                case 5:
                    port.HostIP = reader.SharedOrNull();
                    break;
            }
        }

        return port;
    }

    internal static ResourceRequirements ReadResources(ReadOnlySpan<byte> message)
    {
        var resources = new ResourceRequirements();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    resources.Limits = reader.AddEntry(resources.Limits, WireFields.ReadQuantity);
                    break;
                case 2:
                    resources.Requests = reader.AddEntry(resources.Requests, WireFields.ReadQuantity);
                    break;
            }
        }

        return resources;
    }

    private static Volume ReadVolume(ReadOnlySpan<byte> message)
    {
        var volume = new Volume();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            if (reader.FieldNumber == 1)
                volume.Name = reader.Shared();
            else if (reader.FieldNumber == 2)
                ReadSource(reader.Bytes, volume);
        }

        return volume;
    }

    private static void ReadSource(ReadOnlySpan<byte> message, Volume volume)
    {
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    volume.HostPath = ReadHostPath(reader.Bytes);
                    break;
                case 2:
                    volume.EmptyDir = ReadEmptyDir(reader.Bytes);
                    break;
                case 10:
                    volume.PersistentVolumeClaim = ReadClaimVolume(reader.Bytes);
                    break;
                case 29:
                    volume.Ephemeral = new();
                    break;
            }
        }
    }

    private static HostPathVolume ReadHostPath(ReadOnlySpan<byte> message)
    {
        var volume = new HostPathVolume();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    volume.Path = reader.Shared();
                    break;
            }
        }

        return volume;
    }

    private static EmptyDirVolume ReadEmptyDir(ReadOnlySpan<byte> message)
    {
        var volume = new EmptyDirVolume();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    volume.Medium = reader.SharedOrNull();
                    break;
                case 2:
                    volume.SizeLimit = WireFields.ReadQuantity(reader.Bytes);
                    break;
            }
        }

        return volume;
    }

    private static PersistentVolumeClaimVolume ReadClaimVolume(ReadOnlySpan<byte> message)
    {
        var volume = new PersistentVolumeClaimVolume();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    volume.ClaimName = reader.Shared();
                    break;
                case 2:
                    volume.ReadOnly = reader.TrueOrNull();
                    break;
            }
        }

        return volume;
    }
}
