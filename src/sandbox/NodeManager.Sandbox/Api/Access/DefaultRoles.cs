using System.Globalization;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Api.Access;

/// <summary>
/// The default roles and bindings, as in "Default roles and role bindings" of the Kubernetes documentation. <c>default-roles.txt</c> has a
/// rule per line: verbs | groups | resources | names | paths, some with versions.
/// </summary>
internal static class DefaultRoles
{
    private const string Resource = "NodeManager.Sandbox.Api.Access.default-roles.txt";
    private const string AggregateTo = "rbac.authorization.k8s.io/aggregate-to-";

    private static readonly Lazy<(string Name, string[] Rules)[]> Shared = new(static () => [.. Read()]);

    // The role, and the user-facing roles that aggregate it.
    private static readonly Dictionary<string, string[]> Parts = new(StringComparer.Ordinal)
    {
        ["edit"] = ["admin"],
        ["view"] = ["edit"],
        ["system:aggregate-to-admin"] = ["admin"],
        ["system:aggregate-to-edit"] = ["edit"],
        ["system:aggregate-to-view"] = ["view"],
        ["system:aggregated-metrics-reader"] = ["admin", "edit", "view"],
    };

    private static readonly (string Role, string Kind, string[] Names)[] Bindings =
    [
        ("cluster-admin", "Group", [UserInfo.Masters]),
        ("system:basic-user", "Group", [UserInfo.Authenticated]),
        ("system:discovery", "Group", [UserInfo.Authenticated]),
        ("system:kube-scheduler", "User", ["system:kube-scheduler"]),
        ("system:monitoring", "Group", ["system:monitoring"]),
        ("system:public-info-viewer", "Group", [UserInfo.Authenticated, UserInfo.Unauthenticated]),
        ("system:service-account-issuer-discovery", "Group", ["system:serviceaccounts"]),
    ];

    public static void Create(ResourceRegistry registry, int minor)
    {
        foreach ((string name, string[] rules) in Shared.Value)
        {
            JsonObject[] held = [.. rules.Select(rule => Rule(rule, minor)).OfType<JsonObject>()];
            registry.Create(BuiltInKinds.ClusterRoles, "", new() { ["metadata"] = Metadata(name), ["rules"] = new JsonArray(held) });
        }

        foreach (string name in (ReadOnlySpan<string>)["view", "edit", "admin"])
        {
            var selectors = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { [AggregateTo + name] = "true" } });
            StoredObject role = registry.Create(
                BuiltInKinds.ClusterRoles,
                "",
                new()
                {
                    ["metadata"] = Metadata(name),
                    ["aggregationRule"] = new JsonObject { ["clusterRoleSelectors"] = selectors },
                    ["rules"] = new JsonArray(),
                }
            );
            AggregatedRules.Update(registry, role);
        }

        foreach ((string role, string kind, string[] names) in Bindings)
        {
            registry.Create(
                BuiltInKinds.ClusterRoleBindings,
                "",
                new()
                {
                    ["metadata"] = Metadata(role),
                    ["subjects"] = new JsonArray([
                        .. names.Select(one => new JsonObject
                        {
                            ["kind"] = kind,
                            ["apiGroup"] = RoleRef.Group,
                            ["name"] = one,
                        }),
                    ]),
                    ["roleRef"] = new JsonObject
                    {
                        ["apiGroup"] = RoleRef.Group,
                        ["kind"] = "ClusterRole",
                        ["name"] = role,
                    },
                }
            );
        }
    }

    private static JsonObject Metadata(string name)
    {
        var labels = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        foreach (string whole in Parts.GetValueOrDefault(name, []))
            labels[AggregateTo + whole] = "true";
        return new()
        {
            ["name"] = name,
            ["labels"] = labels,
            ["annotations"] = new JsonObject { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
        };
    }

    // The prefixes "22+ " and "21- " limit a rule to minor versions from or up to this one.
    private static JsonObject? Rule(string text, int minor)
    {
        if (
            text.Split(' ', 2) is [[.. var number, '+' or '-'] mark, var rest]
            && int.TryParse(number, CultureInfo.InvariantCulture, out int bound)
        )
        {
            if (mark[^1] == '+' ? minor < bound : minor > bound)
                return null;
            text = rest;
        }

        string[] parts = [.. text.Split('|', StringSplitOptions.TrimEntries), "", "", "", ""];
        var rule = new JsonObject { ["verbs"] = List(parts[0]) };
        foreach (
            (string member, string values) in (ReadOnlySpan<(string, string)>)
                [("apiGroups", parts[1]), ("resources", parts[2]), ("resourceNames", parts[3]), ("nonResourceURLs", parts[4])]
        )
            if (values.Length > 0)
                rule[member] = List(values);
        return rule;
    }

    private static JsonArray List(string texts) => new([.. texts.Split(',').Select(static text => JsonValue.Create(text.Trim('"')))]);

    private static IEnumerable<(string Name, string[] Rules)> Read()
    {
        using var reader = new StreamReader(typeof(DefaultRoles).Assembly.GetManifestResourceStream(Resource)!);
        string name = "";
        List<string> rules = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith(' '))
            {
                rules.Add(line.Trim());
                continue;
            }

            if (name.Length > 0)
                yield return (name, [.. rules]);
            name = line;
            rules.Clear();
        }

        yield return (name, [.. rules]);
    }
}
