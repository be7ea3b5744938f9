using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The references of custom resources and of the configuration, made of their schemas.</summary>
internal static class SchemaPages
{
    public const string Resources = "docs/reference/custom-resources.md";

    public const string Configuration = "docs/reference/configuration.md";

    private const string ResourcesHead = """
        # Custom resources

        <!-- Generated from the CustomResourceDefinitions in deploy/ by ./build.ps1 -Task Reference. Do not edit. -->

        What [Install-NodeAutoscaler](cmdlets/Install-NodeAutoscaler.md) and `kubectl apply -k deploy` add to a cluster. `kubectl explain` shows the same.
        A field in **bold** is required.

        """;

    private const string ConfigurationHead = """
        # Configuration

        <!-- Generated from nodemanager.schema.json by ./build.ps1 -Task Reference. Do not edit. -->

        The options of the module, in a file (`config.json` of the user, `nodemanager.json` of a project), an environment variable, or a session
        ([Set-NodeManagerConfiguration](cmdlets/Set-NodeManagerConfiguration.md)). Which of them decides:
        [about_NodeManager_Configuration](../../en-US/about_NodeManager_Configuration.help.txt). Editors complete files that name
        [the schema](nodemanager.schema.json) as `$schema`.

        | Option | Environment variable | Accepts | Default | Description |
        |---|---|---|---|---|

        """;

    public static string BuildConfiguration()
    {
        StringBuilder page = new(ConfigurationHead.ReplaceLineEndings("\n"));
        JsonObject schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs/reference/nodemanager.schema.json")))![
            "properties"
        ]!.AsObject();
        foreach ((string name, JsonNode? option) in schema.Where(static one => one.Key != "$schema"))
            page.Append("| `")
                .Append(name)
                .Append("` | `")
                .Append(VariableOf(name))
                .Append("` | ")
                .Append(Accepts(option!))
                .Append(" | ")
                .Append(
                    option!.AsObject().TryGetPropertyValue("default", out JsonNode? value) ? $"`{value?.ToJsonString() ?? "null"}`" : ""
                )
                .Append(" | ")
                .Append(Cell((string?)option["description"]))
                .Append(" |\n");
        return page.ToString();
    }

    public static string BuildResources()
    {
        StringBuilder page = new(ResourcesHead.ReplaceLineEndings("\n"));
        IEnumerable<string> files = Directory
            .GetFiles(Path.Combine(Repository.Root, "deploy"), "*.yaml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal);
        foreach (
            JsonNode definition in files
                .SelectMany(static file => File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n---\n"))
                .Select(static text => YamlJsonReader.Read(text).Root)
                .OfType<JsonNode>()
                .Where(static one => (string?)one["kind"] == "CustomResourceDefinition")
        )
            Append(page, definition["spec"]!);
        return page.ToString();
    }

    private static void Append(StringBuilder page, JsonNode spec)
    {
        JsonNode names = spec["names"]!;
        foreach (JsonNode? version in spec["versions"]!.AsArray())
        {
            page.Append("\n## ")
                .Append((string?)names["kind"])
                .Append("\n\n`")
                .Append((string?)spec["group"])
                .Append('/')
                .Append((string?)version!["name"]);
            page.Append("`, ").Append((string?)spec["scope"] == "Namespaced" ? "in a namespace" : "of the cluster");
            page.Append(". `kubectl get ").Append((string?)names["plural"]).Append('`');
            if (names["shortNames"] is { } aliases)
                page.Append(", or ").AppendJoin(", ", aliases.AsArray().Select(static one => $"`{one}`"));
            page.Append(".\n\n| Field | Type | Description |\n|---|---|---|\n");
            JsonNode schema = version["schema"]!["openAPIV3Schema"]!;
            foreach (string part in (string[])["spec", "status"])
                if (schema["properties"]?[part] is { } node)
                    AppendFields(page, part, node);
        }
    }

    private static void AppendFields(StringBuilder page, string path, JsonNode schema)
    {
        if ((string?)schema["type"] == "array" && schema["items"] is { } items)
        {
            AppendFields(page, path + "[]", items);
            return;
        }

        string[] required = [.. schema["required"]?.AsArray().Select(static one => (string)one!) ?? []];
        foreach ((string name, JsonNode? field) in schema["properties"]?.AsObject() ?? [])
        {
            string full = $"{path}.{name}";
            page.Append("| ").Append(required.Contains(name, StringComparer.Ordinal) ? $"**`{full}`**" : $"`{full}`");
            page.Append(" | ").Append(Accepts(field!)).Append(" | ").Append(Cell((string?)field!["description"]));
            if (field["default"] is { } value)
                page.Append(" Default: `").Append(value.ToJsonString()).Append("`.");
            page.Append(" |\n");
            AppendFields(page, full, field);
        }
    }

    // NODEMANAGER_ and the option in capitals with underscores.
    private static string VariableOf(string option) =>
        "NODEMANAGER_" + string.Concat(option.Select(static c => char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));

    private static string Accepts(JsonNode schema)
    {
        if (schema["enum"] is { } values)
            return string.Join(", ", values.AsArray().Select(static one => $"`{one}`"));
        string type = schema["type"] switch
        {
            JsonArray several => string.Join(" or ", several.Select(static one => (string?)one)),
            { } one when (string?)one == "array" && schema["items"]?["type"] is { } item => $"array of {item}",
            { } one => (string)one!,
            null when (bool?)schema["x-kubernetes-int-or-string"] == true => "integer or string",
            null => "any",
        };
        return (schema["minimum"], schema["maximum"]) switch
        {
            ({ } least, { } most) => $"{type}, {least} to {most}",
            ({ } least, null) => $"{type}, at least {least}",
            (null, { } most) => $"{type}, at most {most}",
            _ => type,
        };
    }

    private static string Cell(string? text) =>
        (text ?? "")
            .ReplaceLineEndings(" ")
            .Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Trim();
}
