using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Selectors;

/// <summary>Matches labels against selectors of objects.</summary>
public static class LabelSelectorMatcher
{
    /// <summary>An empty selector matches everything, null nothing.</summary>
    public static bool Matches(this LabelSelector? selector, IReadOnlyDictionary<string, string>? labels)
    {
        if (selector is null)
            return false;
        foreach ((string key, string value) in selector.MatchLabels ?? [])
            if (labels is null || !labels.TryGetValue(key, out string? actual) || actual != value)
                return false;
        foreach (SelectorRequirement requirement in selector.MatchExpressions ?? [])
            if (!requirement.Matches(labels))
                return false;
        return true;
    }

    /// <summary>NotIn and DoesNotExist match a missing key; Gt and Lt compare integers.</summary>
    public static bool Matches(this SelectorRequirement requirement, IReadOnlyDictionary<string, string>? labels)
    {
        string? actual = null;
        bool has = labels?.TryGetValue(requirement.Key, out actual) == true;
        return requirement.Operator switch
        {
            "In" => has && requirement.Values?.Contains(actual!) == true,
            "NotIn" => !has || requirement.Values?.Contains(actual!) != true,
            "Exists" => has,
            "DoesNotExist" => !has,
            "Gt" => has && Compare(actual!, requirement.Values) > 0,
            "Lt" => has && Compare(actual!, requirement.Values) < 0,
            _ => false,
        };
    }

    private static int Compare(string actual, List<string>? values) =>
        values is [string bound] && long.TryParse(actual, out long left) && long.TryParse(bound, out long right)
            ? left.CompareTo(right)
            : 0;
}
