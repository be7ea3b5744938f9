using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>
/// Decodes metadata and other shared types. Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/generated.proto
/// </summary>
internal static class MetaWire
{
    public static void ReadList(ListMeta list, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 2:
                list.ResourceVersion = reader.Text;
                break;
            case 3 when !reader.Bytes.IsEmpty:
                list.Continue = reader.Text;
                break;
            case 4:
                list.RemainingItemCount = (long)reader.Value;
                break;
        }
    }

    /// <param name="isFull">False omits <c>generateName</c> and <c>generation</c>.</param>
    public static ObjectMeta Read(ReadOnlySpan<byte> message, bool isFull = true)
    {
        var metadata = new ObjectMeta();
        Fill(metadata, message, isFull);
        return metadata;
    }

    /// <inheritdoc cref="Read"/>
    /// <param name="isFull">False omits <c>generateName</c> and <c>generation</c>.</param>
    /// <param name="isRepeated">True where other fields of the object repeat its name.</param>
    public static void Fill(ObjectMeta metadata, ReadOnlySpan<byte> message, bool isFull = true, bool isRepeated = false)
    {
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                // UIDs, versions and most names are unique to an object and not interned.
                case 1:
                    metadata.Name = isRepeated ? reader.Shared() : reader.Text;
                    break;
                case 2 when isFull:
                    metadata.GenerateName = reader.SharedOrNull();
                    break;
                case 3:
                    metadata.Namespace = reader.SharedOrNull();
                    break;
                case 5 when !reader.Bytes.IsEmpty:
                    metadata.Uid = reader.Text;
                    break;
                case 6 when !reader.Bytes.IsEmpty:
                    metadata.ResourceVersion = reader.Text;
                    break;
                case 7 when isFull && reader.Value != 0:
                    metadata.Generation = (long)reader.Value;
                    break;
                case 8:
                    metadata.CreationTimestamp = WireFields.ReadTime(reader.Bytes);
                    break;
                case 9:
                    metadata.DeletionTimestamp = WireFields.ReadTime(reader.Bytes);
                    break;
                case 10:
                    metadata.DeletionGracePeriodSeconds = (long)reader.Value;
                    break;
                case 11:
                    metadata.Labels = reader.AddEntry(metadata.Labels, SharedStrings.Get);
                    break;
                case 12:
                    metadata.Annotations = reader.AddEntry(metadata.Annotations, SharedStrings.Get);
                    break;
                case 13:
                    metadata.OwnerReferences = reader.Add(metadata.OwnerReferences, new(), ReadOwner);
                    break;
                case 14:
                    metadata.Finalizers = reader.Add(metadata.Finalizers, SharedStrings.Get);
                    break;
            }
        }
    }

    public static void ReadSelector(LabelSelector selector, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                selector.MatchLabels = reader.AddEntry(selector.MatchLabels, SharedStrings.Get);
                break;
            case 2:
                selector.MatchExpressions = reader.Add(selector.MatchExpressions, new(), ReadRequirement);
                break;
        }
    }

    /// <summary>Reads a requirement of a label or node selector.</summary>
    public static void ReadRequirement(SelectorRequirement requirement, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                requirement.Key = reader.Shared();
                break;
            case 2:
                requirement.Operator = reader.Shared();
                break;
            case 3:
                requirement.Values = reader.Add(requirement.Values, SharedStrings.Get);
                break;
        }
    }

    /// <param name="hasHeartbeat">
    /// True for nodes; a pod's condition has the time of its last probe in this field, which is not read.
    /// </param>
    /// <param name="into">Reused; null: a new one.</param>
    public static Condition ReadCondition(ReadOnlySpan<byte> message, bool hasHeartbeat, Condition? into = null)
    {
        Condition condition = into ?? new();
        (condition.Type, condition.Status, condition.Reason, condition.Message) = ("", "", null, null);
        (condition.ObservedGeneration, condition.LastHeartbeatTime, condition.LastTransitionTime) = (null, null, null);
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    condition.Type = reader.Shared();
                    break;
                case 2:
                    condition.Status = reader.Shared();
                    break;
                case 3 when hasHeartbeat:
                    condition.LastHeartbeatTime = WireFields.ReadTime(reader.Bytes);
                    break;
                case 4:
                    condition.LastTransitionTime = WireFields.ReadTime(reader.Bytes);
                    break;
                case 5:
                    condition.Reason = reader.SharedOrNull();
                    break;
                case 6:
                    condition.Message = reader.SharedOrNull();
                    break;
                // Not in a node's condition.
                case 7 when reader.Value != 0:
                    condition.ObservedGeneration = (long)reader.Value;
                    break;
            }
        }

        return condition;
    }

    private static void ReadOwner(OwnerReference owner, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                owner.Kind = reader.Shared();
                break;
            case 3:
                owner.Name = reader.Shared();
                break;
            case 4:
                owner.Uid = reader.Shared();
                break;
            case 5:
                owner.ApiVersion = reader.Shared();
                break;
            case 6:
                owner.Controller = reader.IsTrue();
                break;
            case 7:
                owner.BlockOwnerDeletion = reader.IsTrue();
                break;
        }
    }
}
