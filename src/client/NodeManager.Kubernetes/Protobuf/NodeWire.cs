using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes nodes. Source: https://github.com/kubernetes/api/blob/master/core/v1/generated.proto</summary>
internal static class NodeWire
{
    public static Node Read(ReadOnlySpan<byte> message)
    {
        var node = new Node();
        Fill(node, message, null);
        return node;
    }

    /// <summary>A decoder that reuses one object, so that a list of thousands allocates only its results.</summary>
    public static WireItem<Node> Reuse()
    {
        var node = new Node();
        var spare = new Stack<Condition>();
        return message =>
        {
            Clear(node, spare);
            Fill(node, message, spare);
            return node;
        };
    }

    /// <summary>Decodes a node's name, UID and images.</summary>
    public static NodeImages ReadImages(ReadOnlySpan<byte> message)
    {
        var node = new NodeImages();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    reader.Fill(node.Metadata, ReadIdentity);
                    break;
                case 3:
                    reader.Fill(node.Status, ReadImages);
                    break;
            }
        }

        return node;
    }

    private static void ReadIdentity(ObjectMeta metadata, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                metadata.Name = reader.Shared();
                break;
            case 5:
                metadata.Uid = reader.Text;
                break;
        }
    }

    private static void ReadImages(NodeImagesStatus status, ref WireReader reader)
    {
        if (reader.FieldNumber == 8)
            status.Images = reader.Add(status.Images, new(), ReadImage);
    }

    private static void ReadImage(ContainerImage image, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                image.Names = reader.Add(image.Names, SharedStrings.Get);
                break;
            case 2 when reader.Value != 0:
                image.SizeBytes = (long)reader.Value;
                break;
        }
    }

    private static void Fill(Node node, ReadOnlySpan<byte> message, Stack<Condition>? spare)
    {
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    MetaWire.Fill(node.Metadata, reader.Bytes, isRepeated: true);
                    break;
                case 2:
                    reader.Fill(node.Spec, ReadSpec);
                    break;
                case 3:
                    Fill(node.Status, reader.Bytes, spare);
                    break;
            }
        }
    }

    private static void Clear(Node node, Stack<Condition> spare)
    {
        ObjectMeta metadata = node.Metadata;
        (metadata.Name, metadata.GenerateName, metadata.Namespace, metadata.Uid, metadata.ResourceVersion, metadata.Generation) = (
            "",
            null,
            null,
            null,
            null,
            null
        );
        (
            metadata.CreationTimestamp,
            metadata.DeletionTimestamp,
            metadata.DeletionGracePeriodSeconds,
            metadata.OwnerReferences,
            metadata.Finalizers
        ) = (null, null, null, null, null);
        metadata.Labels?.Clear();
        metadata.Annotations?.Clear();
        NodeSpec spec = node.Spec;
        (spec.Unschedulable, spec.ProviderID, spec.PodCIDR) = (null, null, null);
        spec.Taints?.Clear();
        spec.PodCIDRs?.Clear();
        ReportedNodeStatus status = node.Status;
        (status.Capacity, status.Allocatable, status.NodeInfo, status.DaemonEndpoints, status.VolumesAttached, status.VolumesInUse) = (
            null,
            null,
            null,
            null,
            null,
            null
        );
        status.Addresses?.Clear();
        foreach (Condition condition in status.Conditions ?? [])
            spare.Push(condition);
        status.Conditions?.Clear();
    }

    private static void ReadSpec(NodeSpec spec, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                spec.PodCIDR = reader.SharedOrNull();
                break;
            case 3 when !reader.Bytes.IsEmpty:
                spec.ProviderID = reader.Text;
                break;
            case 4:
                spec.Unschedulable = reader.TrueOrNull();
                break;
            case 5:
                spec.Taints = reader.Add(spec.Taints, new(), ReadTaint);
                break;
            case 7:
                spec.PodCIDRs = reader.Add(spec.PodCIDRs, SharedStrings.Get);
                break;
        }
    }

    private static void ReadTaint(Taint taint, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                taint.Key = reader.Shared();
                break;
            case 2:
                taint.Value = reader.SharedOrNull();
                break;
            case 3:
                taint.Effect = reader.Shared();
                break;
            case 4:
                taint.TimeAdded = WireFields.ReadTime(reader.Bytes);
                break;
        }
    }

    private static void Fill(ReportedNodeStatus status, ReadOnlySpan<byte> message, Stack<Condition>? spare)
    {
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    status.Capacity = SharedAmounts.Add(ref reader, status.Capacity);
                    break;
                case 2:
                    status.Allocatable = SharedAmounts.Add(ref reader, status.Allocatable);
                    break;
                case 4:
                    (status.Conditions ??= new(reader.Repeats())).Add(
                        MetaWire.ReadCondition(reader.Bytes, hasHeartbeat: true, spare?.TryPop(out Condition? known) == true ? known : null)
                    );
                    break;
                case 5:
                    status.Addresses = reader.Add(status.Addresses, new(), ReadAddress);
                    break;
                case 6:
                    status.DaemonEndpoints = reader.Fill(new NodeDaemonEndpoints(), ReadEndpoints);
                    break;
                case 7:
                    status.NodeInfo = reader.Fill(new NodeSystemInfo(), ReadSystem);
                    break;
                case 9:
                    status.VolumesInUse = reader.Add(status.VolumesInUse, SharedStrings.Get);
                    break;
                case 10:
                    status.VolumesAttached = reader.Add(status.VolumesAttached, new(), ReadVolume);
                    break;
            }
        }
    }

    private static void ReadAddress(ReportedNodeAddress address, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                address.Type = reader.Shared();
                break;
            case 2:
                address.Address = reader.Shared();
                break;
        }
    }

    private static void ReadEndpoints(NodeDaemonEndpoints endpoints, ref WireReader reader)
    {
        if (reader.FieldNumber == 1)
            endpoints.KubeletEndpoint = reader.Fill(new DaemonEndpoint(), ReadEndpoint);
    }

    private static void ReadEndpoint(DaemonEndpoint endpoint, ref WireReader reader)
    {
        if (reader.FieldNumber == 1)
            endpoint.Port = (int)reader.Value;
    }

    private static void ReadSystem(NodeSystemInfo system, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                system.MachineID = reader.Shared();
                break;
            case 2:
                system.SystemUUID = reader.Shared();
                break;
            case 3:
                system.BootID = reader.Shared();
                break;
            case 4:
                system.KernelVersion = reader.Shared();
                break;
            case 5:
                system.OsImage = reader.Shared();
                break;
            case 6:
                system.ContainerRuntimeVersion = reader.Shared();
                break;
            case 7:
                system.KubeletVersion = reader.Shared();
                break;
            case 8:
                system.KubeProxyVersion = reader.Shared();
                break;
            case 9:
                system.OperatingSystem = reader.Shared();
                break;
            case 10:
                system.Architecture = reader.Shared();
                break;
        }
    }

    private static void ReadVolume(AttachedVolume volume, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                volume.Name = reader.Text;
                break;
            case 2:
                volume.DevicePath = reader.Shared();
                break;
        }
    }
}
