using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes placement constraints. Source: https://github.com/kubernetes/api/blob/master/core/v1/generated.proto</summary>
internal static class PlacementWire
{
    public static void Read(Affinity affinity, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                affinity.NodeAffinity = reader.Fill(new NodeAffinity(), ReadNodeAffinity);
                break;
            case 2:
                affinity.PodAffinity = reader.Fill(new PodAffinity(), ReadPodAffinity);
                break;
            case 3:
                affinity.PodAntiAffinity = reader.Fill(new PodAffinity(), ReadPodAffinity);
                break;
        }
    }

    public static void ReadConstraint(TopologySpreadConstraint constraint, ref WireReader reader)
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
                constraint.LabelSelector = reader.Fill(new LabelSelector(), MetaWire.ReadSelector);
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

    public static void ReadToleration(Toleration toleration, ref WireReader reader)
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

    private static void ReadNodeAffinity(NodeAffinity affinity, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                affinity.RequiredDuringSchedulingIgnoredDuringExecution = reader.Fill(new NodeSelector(), ReadNodeSelector);
                break;
            case 2:
                affinity.PreferredDuringSchedulingIgnoredDuringExecution = reader.Add(
                    affinity.PreferredDuringSchedulingIgnoredDuringExecution,
                    new(),
                    ReadPreferredTerm
                );
                break;
        }
    }

    private static void ReadNodeSelector(NodeSelector selector, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                selector.NodeSelectorTerms = reader.Add(selector.NodeSelectorTerms, new(), ReadNodeTerm);
                break;
        }
    }

    private static void ReadNodeTerm(NodeSelectorTerm term, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                term.MatchExpressions = reader.Add(term.MatchExpressions, new(), MetaWire.ReadRequirement);
                break;
            case 2:
                term.MatchFields = reader.Add(term.MatchFields, new(), MetaWire.ReadRequirement);
                break;
        }
    }

    private static void ReadPreferredTerm(PreferredSchedulingTerm term, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                term.Weight = (int)reader.Value;
                break;
            case 2:
                term.Preference = reader.Fill(new NodeSelectorTerm(), ReadNodeTerm);
                break;
        }
    }

    private static void ReadPodAffinity(PodAffinity affinity, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                affinity.RequiredDuringSchedulingIgnoredDuringExecution = reader.Add(
                    affinity.RequiredDuringSchedulingIgnoredDuringExecution,
                    new(),
                    ReadPodTerm
                );
                break;
            case 2:
                affinity.PreferredDuringSchedulingIgnoredDuringExecution = reader.Add(
                    affinity.PreferredDuringSchedulingIgnoredDuringExecution,
                    new(),
                    ReadWeightedTerm
                );
                break;
        }
    }

    private static void ReadWeightedTerm(WeightedPodAffinityTerm term, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                term.Weight = (int)reader.Value;
                break;
            case 2:
                term.PodAffinityTerm = reader.Fill(new PodAffinityTerm(), ReadPodTerm);
                break;
        }
    }

    private static void ReadPodTerm(PodAffinityTerm term, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                term.LabelSelector = reader.Fill(new LabelSelector(), MetaWire.ReadSelector);
                break;
            case 2:
                term.Namespaces = reader.Add(term.Namespaces, SharedStrings.Get);
                break;
            case 3:
                term.TopologyKey = reader.Shared();
                break;
            case 4:
                term.NamespaceSelector = reader.Fill(new LabelSelector(), MetaWire.ReadSelector);
                break;
            case 5:
                term.MatchLabelKeys = reader.Add(term.MatchLabelKeys, SharedStrings.Get);
                break;
            case 6:
                term.MismatchLabelKeys = reader.Add(term.MismatchLabelKeys, SharedStrings.Get);
                break;
        }
    }
}
