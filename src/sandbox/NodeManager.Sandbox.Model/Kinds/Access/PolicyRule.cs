using System.Text;

namespace NodeManager.Sandbox.Model.Kinds.Access;

internal sealed class PolicyRule
{
    public List<string> Verbs { get; set; } = [];

    public List<string>? ApiGroups { get; set; }

    public List<string>? Resources { get; set; }

    /// <summary>Null or empty: any name.</summary>
    public List<string>? ResourceNames { get; set; }

    public List<string>? NonResourceURLs { get; set; }

    public bool Allows(RequestAttributes requested) =>
        Has(Verbs, requested.Verb)
        && (
            requested.IsResource
                ? Has(ApiGroups, requested.Group)
                    && HasResource(requested.Resource, requested.Subresource)
                    && (ResourceNames is not { Count: > 0 } || ResourceNames.Contains(requested.Name))
                : HasPath(requested.Path)
        );

    /// <summary>Splits the rule into rules with one verb on one resource or path.</summary>
    public IEnumerable<PolicyRule> Steps()
    {
        foreach (string verb in Verbs)
        {
            foreach (string group in ApiGroups ?? [])
            foreach (string resource in Resources ?? [])
            foreach (string? name in ResourceNames is { Count: > 0 } names ? names : (IEnumerable<string?>)[null])
                yield return new()
                {
                    Verbs = [verb],
                    ApiGroups = [group],
                    Resources = [resource],
                    ResourceNames = name is null ? null : [name],
                };
            foreach (string path in NonResourceURLs ?? [])
                yield return new() { Verbs = [verb], NonResourceURLs = [path] };
        }
    }

    /// <summary>True if this rule allows a split rule completely.</summary>
    public bool Covers(PolicyRule step)
    {
        if (!Has(Verbs, step.Verbs[0]))
            return false;
        if (step.NonResourceURLs is [string path])
            return HasPath(path);
        string[] resource = step.Resources![0].Split('/', 2);
        return Has(ApiGroups, step.ApiGroups![0])
            && HasResource(resource[0], resource.Length > 1 ? resource[1] : "")
            && (ResourceNames is not { Count: > 0 } || (step.ResourceNames is [string name] && ResourceNames.Contains(name)));
    }

    /// <summary>As in refusals: <c>{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        Add("NonResourceURLs", NonResourceURLs);
        Add("APIGroups", ApiGroups);
        Add("Resources", Resources);
        Add("ResourceNames", ResourceNames);
        Add("Verbs", Verbs);
        return text.Append('}').ToString();

        void Add(string name, List<string>? values)
        {
            if (values is not { Count: > 0 })
                return;
            if (text.Length > 1)
                text.Append(", ");
            text.Append(name).Append(":[").AppendJoin(' ', values.Select(static value => $"\"{value}\"")).Append(']');
        }
    }

    private static bool Has(List<string>? allowed, string requested) =>
        allowed is not null && (allowed.Contains("*") || allowed.Contains(requested));

    private bool HasResource(string resource, string subresource) =>
        Resources is not null
        && Resources.Exists(one =>
            one == "*"
            || one == (subresource.Length == 0 ? resource : $"{resource}/{subresource}")
            || (subresource.Length > 0 && one == "*/" + subresource)
        );

    private bool HasPath(string path) =>
        NonResourceURLs is not null
        && NonResourceURLs.Exists(one =>
            one == "*" || one == path || (one.EndsWith('*') && path.StartsWith(one.TrimEnd('*'), StringComparison.Ordinal))
        );
}
