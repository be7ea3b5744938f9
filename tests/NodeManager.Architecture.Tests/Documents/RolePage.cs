using System.Text;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The reference of the roles in <c>deploy</c>: their rules, and the comments above them, which say who needs them and why.</summary>
internal static class RolePage
{
    public const string Path = "docs/reference/roles.md";

    private const string Head = """
        # Roles

        <!-- Generated from the manifests in deploy/ and their comments by ./build.ps1 -Task Reference. Do not edit. -->

        The permissions in Kubernetes that users, the server and the autoscaler need, and why. Roles marked "Optional" are not bound: bind those that
        you need. `kubectl apply -f deploy/rbac.yaml` creates the roles of users; its last lines name the groups to replace with yours.

        """;

    private static readonly string[] Files =
    [
        "deploy/rbac.yaml",
        "deploy/server/rbac.yaml",
        "deploy/autoscaler/rbac.yaml",
        "deploy/node-shell.yaml",
    ];

    public static string Build()
    {
        StringBuilder page = new(Head.ReplaceLineEndings("\n"));
        foreach (string file in Files)
        {
            page.Append("\n## ").Append(file).Append('\n');
            string text = File.ReadAllText(System.IO.Path.Combine(Repository.Root, file)).ReplaceLineEndings("\n");
            foreach (string document in text.Split("\n---\n"))
                Append(page, document);
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, string document)
    {
        if (YamlJsonReader.Read(document).Root is not { } root)
            return;
        string kind = (string?)root["kind"] ?? "";
        if (kind is not ("Role" or "ClusterRole") || root["rules"] is not { } rules)
            return;
        page.Append("\n### ").Append((string?)root["metadata"]!["name"]).Append("\n\n").Append(kind);
        if ((string?)root["metadata"]!["namespace"] is { } @namespace)
            page.Append(" in the namespace `").Append(@namespace).Append('`');
        page.Append(".\n\n").Append(Comment(document, "apiVersion:")).Append("| Resources | Verbs | Why |\n|---|---|---|\n");
        string[] reasons = [.. document.Split("\n- apiGroups:").Select(LastComment)];
        int at = 0;
        foreach (var rule in rules.AsArray())
            page.Append("| ")
                .Append(ResourcesOf(rule!))
                .Append(" | ")
                .AppendJoin(", ", rule!["verbs"]!.AsArray().Select(static one => (string?)one))
                .Append(" | ")
                .Append(
                    reasons[at++].Replace("\n", " ", StringComparison.Ordinal).Replace(" - ", "<br>- ", StringComparison.Ordinal).Trim()
                )
                .Append(" |\n");
    }

    private static string ResourcesOf(System.Text.Json.Nodes.JsonNode rule)
    {
        if (rule["nonResourceURLs"] is { } addresses)
            return string.Join(", ", addresses.AsArray().Select(static one => $"`{one}`"));
        string group = string.Join(", ", rule["apiGroups"]!.AsArray().Select(static one => (string?)one));
        string names = rule["resourceNames"] is { } named
            ? $" named {string.Join(", ", named.AsArray().Select(static one => $"`{one}`"))}"
            : "";
        return string.Join(", ", rule["resources"]!.AsArray().Select(static one => $"`{one}`"))
            + (group.Length > 0 ? $" of `{group}`" : "")
            + names;
    }

    // The comment that ends where the text does.
    private static string LastComment(string text) =>
        string.Join(
            '\n',
            text.Split('\n').Reverse().TakeWhile(static line => line.StartsWith('#')).Reverse().Select(static line => line[1..].Trim())
        );

    private static string Comment(string document, string before)
    {
        string comment = LastComment(document[..document.IndexOf(before, StringComparison.Ordinal)].TrimEnd('\n'));
        return comment.Length == 0 ? "" : comment.Replace("\n- ", "\n\n- ", StringComparison.Ordinal) + "\n\n";
    }
}
