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
                    pod.Spec = reader.Fill(new PodSpec(), ReadSpec);
                    break;
                case 3:
                    pod.Status = PodStatusWire.Read(reader.Bytes, isFull);
                    break;
            }
        }

        return pod;
    }

    private static void ReadSpec(PodSpec spec, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                spec.Volumes = reader.Add(spec.Volumes, new(), ReadVolume);
                break;
            case 2:
                spec.Containers = reader.Add(spec.Containers, new(), ReadContainer);
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
                spec.InitContainers = reader.Add(spec.InitContainers, new(), ReadContainer);
                break;
            case 39:
                spec.ResourceClaims = reader.Add(spec.ResourceClaims, new(), ReadClaim);
                break;
            case 40:
                spec.Resources = reader.Fill(new ResourceRequirements(), ReadResources);
                break;
            case 44:
                spec.EvictionResponders = reader.Add(spec.EvictionResponders, new(), ReadResponder);
                break;
            default:
                ReadScheduling(spec, ref reader);
                break;
        }
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
                spec.Affinity = reader.Fill(new Affinity(), PlacementWire.Read);
                break;
            case 19:
                spec.SchedulerName = reader.SharedOrNull();
                break;
            case 22:
                spec.Tolerations = reader.Add(spec.Tolerations, new(), PlacementWire.ReadToleration);
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
                spec.TopologySpreadConstraints = reader.Add(spec.TopologySpreadConstraints, new(), PlacementWire.ReadConstraint);
                break;
            case 38:
                spec.SchedulingGates = reader.Add(spec.SchedulingGates, new(), ReadGate);
                break;
        }
    }

    private static void ReadGate(PodSchedulingGate gate, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                gate.Name = reader.Shared();
                break;
        }
    }

    private static void ReadClaim(PodResourceClaim claim, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                claim.Name = reader.Shared();
                break;
            case 3:
                claim.ResourceClaimName = reader.SharedOrNull();
                break;
            case 4:
                claim.ResourceClaimTemplateName = reader.SharedOrNull();
                break;
        }
    }

    private static void ReadResponder(EvictionResponder responder, ref WireReader reader)
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

    private static void ReadContainer(Container container, ref WireReader reader)
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
                container.Ports = reader.Add(container.Ports, new(), ReadPort);
                break;
            case 8:
                container.Resources = reader.Fill(new ResourceRequirements(), ReadResources);
                break;
            case 24:
                container.RestartPolicy = reader.Shared();
                break;
        }
    }

    private static void ReadPort(ContainerPort port, ref WireReader reader)
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

    internal static void ReadResources(ResourceRequirements resources, ref WireReader reader)
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

    private static void ReadVolume(Volume volume, ref WireReader reader)
    {
        if (reader.FieldNumber == 1)
            volume.Name = reader.Shared();
        else if (reader.FieldNumber == 2)
            reader.Fill(volume, ReadSource);
    }

    private static void ReadSource(Volume volume, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                volume.HostPath = reader.Fill(new HostPathVolume(), ReadHostPath);
                break;
            case 2:
                volume.EmptyDir = reader.Fill(new EmptyDirVolume(), ReadEmptyDir);
                break;
            case 10:
                volume.PersistentVolumeClaim = reader.Fill(new PersistentVolumeClaimVolume(), ReadClaimVolume);
                break;
            case 29:
                volume.Ephemeral = new();
                break;
        }
    }

    private static void ReadHostPath(HostPathVolume volume, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                volume.Path = reader.Shared();
                break;
        }
    }

    private static void ReadEmptyDir(EmptyDirVolume volume, ref WireReader reader)
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

    private static void ReadClaimVolume(PersistentVolumeClaimVolume volume, ref WireReader reader)
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
}
