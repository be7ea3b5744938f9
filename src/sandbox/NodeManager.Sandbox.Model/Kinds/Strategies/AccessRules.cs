using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Roles and bindings. Source: validation of rbac.authorization.k8s.io/v1.</summary>
internal static class AccessRules
{
    public static KindRules Roles { get; } =
        new() { CheckName = NameRules.PathSegment, Validate = static (role, _, errors) => ValidateRules(role, true, errors) };

    public static KindRules ClusterRoles { get; } =
        new() { CheckName = NameRules.PathSegment, Validate = static (role, _, errors) => ValidateRules(role, false, errors) };

    public static KindRules RoleBindings { get; } = Bindings(["Role", "ClusterRole"]);

    public static KindRules ClusterRoleBindings { get; } = Bindings(["ClusterRole"]);

    private static void ValidateRules(JsonObject role, bool isNamespaced, FieldErrors errors)
    {
        JsonArray rules = role.Array("rules") ?? [];
        for (int i = 0; i < rules.Count; i++)
        {
            var rule = rules[i] as JsonObject;
            string at = $"rules[{i}]";
            if (!Has(rule, "verbs"))
                errors.Required(at + ".verbs", "verbs must contain at least one value");
            if (Has(rule, "nonResourceURLs"))
            {
                if (isNamespaced)
                    errors.Invalid(at + ".nonResourceURLs", rule!["nonResourceURLs"], "namespaced rules cannot apply to non-resource URLs");
                else if (Has(rule, "apiGroups") || Has(rule, "resources") || Has(rule, "resourceNames"))
                    errors.Invalid(
                        at + ".nonResourceURLs",
                        rule!["nonResourceURLs"],
                        "rules cannot apply to both regular resources and non-resource URLs"
                    );
                continue;
            }

            if (!Has(rule, "apiGroups"))
                errors.Required(at + ".apiGroups", "resource rules must supply at least one api group");
            if (!Has(rule, "resources"))
                errors.Required(at + ".resources", "resource rules must supply at least one resource");
        }
    }

    private static KindRules Bindings(string[] roleKinds) =>
        new()
        {
            CheckName = NameRules.PathSegment,
            Default = Default,
            Validate = (binding, _, errors) => ValidateBinding(binding, roleKinds, errors),
            ValidateUpdate = static (binding, old, errors) =>
            {
                if (JsonNode.DeepEquals(binding["roleRef"], old["roleRef"]) || binding.Object("roleRef") is not { } role)
                    return;
                errors.AddInvalid(
                    "roleRef",
                    $"{{\"APIGroup\":\"{role.Text("apiGroup")}\",\"Kind\":\"{role.Text("kind")}\",\"Name\":\"{role.Text("name")}\"}}",
                    "cannot change roleRef"
                );
            },
        };

    private static void Default(JsonObject binding)
    {
        JsonObject role = binding.Ensure("roleRef");
        if (string.IsNullOrEmpty(role.Text("apiGroup")))
            role["apiGroup"] = RoleRef.Group;
        foreach (JsonObject subject in binding.Objects("subjects"))
            if (subject.Text("kind") is "User" or "Group" && string.IsNullOrEmpty(subject.Text("apiGroup")))
                subject["apiGroup"] = RoleRef.Group;
    }

    private static void ValidateBinding(JsonObject binding, string[] roleKinds, FieldErrors errors)
    {
        JsonObject? role = binding.Object("roleRef");
        if (role.Text("apiGroup") is var group and not RoleRef.Group)
            errors.NotSupported("roleRef.apiGroup", $"\"{group}\"", RoleRef.Group);
        if (!roleKinds.Contains(role.Text("kind")))
            errors.NotSupported("roleRef.kind", $"\"{role.Text("kind")}\"", roleKinds);
        if (string.IsNullOrEmpty(role.Text("name")))
            errors.Required("roleRef.name");
        JsonArray subjects = binding.Array("subjects") ?? [];
        for (int i = 0; i < subjects.Count; i++)
            ValidateSubject(binding, subjects[i] as JsonObject, $"subjects[{i}]", errors);
    }

    private static void ValidateSubject(JsonObject binding, JsonObject? subject, string at, FieldErrors errors)
    {
        string name = subject.Text("name") ?? "",
            group = subject.Text("apiGroup") ?? "";
        if (name.Length == 0)
            errors.Required(at + ".name");
        switch (subject.Text("kind"))
        {
            case "ServiceAccount":
                if (name.Length > 0)
                    errors.Check(at + ".name", name, NameRules.Subdomain);
                if (group.Length > 0)
                    errors.NotSupported(at + ".apiGroup", $"\"{group}\"", "");
                if (string.IsNullOrEmpty(subject.Text("namespace")) && binding.Object("metadata").Text("namespace") is null)
                    errors.Required(at + ".namespace");
                break;
            case "User" or "Group":
                if (group != RoleRef.Group)
                    errors.NotSupported(at + ".apiGroup", $"\"{group}\"", RoleRef.Group);
                break;
            case var other:
                errors.NotSupported(at + ".kind", $"\"{other}\"", "ServiceAccount", "User", "Group");
                break;
        }
    }

    private static bool Has(JsonObject? rule, string member) => rule.Array(member) is { Count: > 0 };
}
