using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes placement constraints. Source: https://github.com/kubernetes/api/blob/master/core/v1/generated.proto</summary>
internal static class PlacementWire
{
    public static Affinity Read(ReadOnlySpan<byte> message)
    {
        var affinity = new Affinity();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    affinity.NodeAffinity = ReadNodeAffinity(reader.Bytes);
                    break;
                case 2:
                    affinity.PodAffinity = ReadPodAffinity(reader.Bytes);
                    break;
                case 3:
                    affinity.PodAntiAffinity = ReadPodAffinity(reader.Bytes);
                    break;
            }
        }

        return affinity;
    }

    public static TopologySpreadConstraint ReadConstraint(ReadOnlySpan<byte> message)
    {
        var constraint = new TopologySpreadConstraint();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    constraint.MaxSkew = (int)reader.Value;
                    break;
                case 2:
                    constraint.TopologyKey = reader.Shared();
                    break;
                case 3:
                    constraint.WhenUnsatisfiable = reader.Shared();
                    break;
                case 4:
                    constraint.LabelSelector = MetaWire.ReadSelector(reader.Bytes);
                    break;
                case 5:
                    constraint.MinDomains = (int)reader.Value;
                    break;
                case 6:
                    constraint.NodeAffinityPolicy = reader.Shared();
                    break;
                case 7:
                    constraint.NodeTaintsPolicy = reader.Shared();
                    break;
                case 8:
                    constraint.MatchLabelKeys = reader.Add(constraint.MatchLabelKeys, SharedStrings.Get);
                    break;
            }
        }

        return constraint;
    }

    public static Toleration ReadToleration(ReadOnlySpan<byte> message)
    {
        var toleration = new Toleration();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    toleration.Key = reader.SharedOrNull();
                    break;
                case 2:
                    toleration.Operator = reader.SharedOrNull();
                    break;
                case 3:
                    toleration.Value = reader.SharedOrNull();
                    break;
                case 4:
                    toleration.Effect = reader.SharedOrNull();
                    break;
                case 5:
                    toleration.TolerationSeconds = (long)reader.Value;
                    break;
            }
        }

        return toleration;
    }

    private static NodeAffinity ReadNodeAffinity(ReadOnlySpan<byte> message)
    {
        var affinity = new NodeAffinity();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    affinity.RequiredDuringSchedulingIgnoredDuringExecution = ReadNodeSelector(reader.Bytes);
                    break;
                case 2:
                    affinity.PreferredDuringSchedulingIgnoredDuringExecution = reader.Add(
                        affinity.PreferredDuringSchedulingIgnoredDuringExecution,
                        ReadPreferredTerm
                    );
                    break;
            }
        }

        return affinity;
    }

    private static NodeSelector ReadNodeSelector(ReadOnlySpan<byte> message)
    {
        var selector = new NodeSelector();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    selector.NodeSelectorTerms = reader.Add(selector.NodeSelectorTerms, ReadNodeTerm);
                    break;
            }
        }

        return selector;
    }

    private static NodeSelectorTerm ReadNodeTerm(ReadOnlySpan<byte> message)
    {
        var term = new NodeSelectorTerm();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    term.MatchExpressions = reader.Add(term.MatchExpressions, MetaWire.ReadRequirement);
                    break;
                case 2:
                    term.MatchFields = reader.Add(term.MatchFields, MetaWire.ReadRequirement);
                    break;
            }
        }

        return term;
    }

    private static PreferredSchedulingTerm ReadPreferredTerm(ReadOnlySpan<byte> message)
    {
        var term = new PreferredSchedulingTerm();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    term.Weight = (int)reader.Value;
                    break;
                case 2:
                    term.Preference = ReadNodeTerm(reader.Bytes);
                    break;
            }
        }

        return term;
    }

    private static PodAffinity ReadPodAffinity(ReadOnlySpan<byte> message)
    {
        var affinity = new PodAffinity();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    affinity.RequiredDuringSchedulingIgnoredDuringExecution = reader.Add(
                        affinity.RequiredDuringSchedulingIgnoredDuringExecution,
                        ReadPodTerm
                    );
                    break;
                case 2:
                    affinity.PreferredDuringSchedulingIgnoredDuringExecution = reader.Add(
                        affinity.PreferredDuringSchedulingIgnoredDuringExecution,
                        ReadWeightedTerm
                    );
                    break;
            }
        }

        return affinity;
    }

    private static WeightedPodAffinityTerm ReadWeightedTerm(ReadOnlySpan<byte> message)
    {
        var term = new WeightedPodAffinityTerm();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    term.Weight = (int)reader.Value;
                    break;
                case 2:
                    term.PodAffinityTerm = ReadPodTerm(reader.Bytes);
                    break;
            }
        }

        return term;
    }

    private static PodAffinityTerm ReadPodTerm(ReadOnlySpan<byte> message)
    {
        var term = new PodAffinityTerm();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    term.LabelSelector = MetaWire.ReadSelector(reader.Bytes);
                    break;
                case 2:
                    term.Namespaces = reader.Add(term.Namespaces, SharedStrings.Get);
                    break;
                case 3:
                    term.TopologyKey = reader.Shared();
                    break;
                case 4:
                    term.NamespaceSelector = MetaWire.ReadSelector(reader.Bytes);
                    break;
                case 5:
                    term.MatchLabelKeys = reader.Add(term.MatchLabelKeys, SharedStrings.Get);
                    break;
                case 6:
                    term.MismatchLabelKeys = reader.Add(term.MismatchLabelKeys, SharedStrings.Get);
                    break;
            }
        }

        return term;
    }
}
