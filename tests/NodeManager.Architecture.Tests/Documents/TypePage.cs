using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>
/// The reference of what commands emit: a page for each public type of NodeManager.Abstractions, made of its doc comments, and their index.
/// </summary>
internal static partial class TypePage
{
    public const string Folder = "docs/reference/types";

    private const string Generated =
        "<!-- Generated from the public types of NodeManager.Abstractions and their doc comments by ./build.ps1 -Task Reference. Do not edit. -->";

    private const string Head = $"""
        # Output types

        {Generated}

        The properties of what commands emit, and the values of properties that are text with a fixed set of values.

        - Amounts are numbers: cores and counts as `decimal` or `int`, sizes in bytes as `long`.
        - Points in time are `DateTimeOffset`; lengths of time are `TimeSpan`. A `?` marks what may be empty.
        - Statuses are text and stay the same text in JSON, CSV, jobs and remoting.
        - All types are in the namespace `NodeManager`. `Get-Member` shows the same in PowerShell.

        """;

    private static readonly Dictionary<Type, string> Names = new()
    {
        [typeof(string)] = "string",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(bool)] = "bool",
        [typeof(decimal)] = "decimal",
        [typeof(double)] = "double",
        [typeof(object)] = "object",
    };

    private static readonly HashSet<string> TypeNames = [.. Types.Select(static type => type.Name)];

    public static IReadOnlyList<Type> Types =>
        [
            .. typeof(ErrorIds)
                .Assembly.GetExportedTypes()
                .Where(static type =>
                    type != typeof(ErrorIds)
                    && !type.IsGenericTypeDefinition
                    && !typeof(System.Collections.IEnumerable).IsAssignableFrom(type)
                    && !typeof(Exception).IsAssignableFrom(type)
                    && (type.IsEnum || Constants(type).Length > 0 || (!IsStatic(type) && Properties(type).Length > 0))
                )
                .OrderBy(static type => type.Name, StringComparer.Ordinal),
        ];

    /// <summary>The text of each page, by its file name.</summary>
    public static IReadOnlyDictionary<string, string> Build()
    {
        XmlComments comments = XmlComments.Of(typeof(ErrorIds).Assembly);
        ILookup<string, string> commands = Commands();
        var pages = Types.ToDictionary(static type => type.Name + ".md", type => Build(type, comments, commands), StringComparer.Ordinal);
        pages["README.md"] = Index();
        return pages;
    }

    private static string Index()
    {
        Dictionary<string, string> areas = Areas();
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        var groups = Types
            .GroupBy(type => areas.GetValueOrDefault(type.Name, "Other"))
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .ToArray();
        page.Append("\n| Area | Types |\n|---|---|\n");
        foreach (var group in groups)
            page.Append("| ")
                .Append(group.Key)
                .Append(" | ")
                .AppendJoin(", ", group.Select(static type => $"[{type.Name}]({type.Name}.md)"))
                .Append(" |\n");
        return page.ToString();
    }

    private static string Build(Type type, XmlComments comments, ILookup<string, string> commands)
    {
        var page = new StringBuilder($"# {type.Name}\n\n{Generated}\n\n");
        Append(page, type, comments);
        page.Replace("`" + type.Name + "`", "\0");
        string text = Quoted().Replace(page.ToString(), static one => Linked(one.Groups[1].Value));
        page.Clear().Append(text).Replace("\0", "`" + type.Name + "`");
        if (commands.Contains(type.Name))
            page.Append("\nEmitted by ")
                .AppendJoin(", ", commands[type.Name].Select(static name => $"[{name}](../cmdlets/{name}.md)"))
                .Append(".\n");
        page.Append("\n[All output types](README.md)\n");
        return page.ToString();
    }

    private static void Append(StringBuilder page, Type type, XmlComments comments)
    {
        if (comments.Of(type) is { Length: > 0 } summary)
            page.Append(summary).Append("\n\n");
        if (type.IsEnum)
        {
            page.Append("| Value | Description |\n|---|---|\n");
            foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                Row(page, field.Name, null, comments.Of(field));
            return;
        }

        if (Properties(type) is { Length: > 0 } properties && !IsStatic(type))
        {
            page.Append("| Property | Type | Description |\n|---|---|---|\n");
            foreach (PropertyInfo property in properties)
                Row(page, property.Name, NameOf(property), comments.Of(property));
            if (Constants(type).Length > 0)
                page.Append('\n');
        }

        if (Constants(type) is not { Length: > 0 } constants)
            return;
        page.Append("| Value | Description |\n|---|---|\n");
        foreach (FieldInfo constant in constants)
            Row(page, $"{constant.GetRawConstantValue()}", null, comments.Of(constant));
    }

    private static void Row(StringBuilder page, string name, string? type, string text)
    {
        page.Append("| `").Append(name).Append("` |");
        if (type is not null)
            page.Append(' ').Append(Linked(type)).Append(" |");
        page.Append(text.Length == 0 ? " |\n" : $" {text.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
    }

    private static string Linked(string type)
    {
        string name = Element().Match(type).Value;
        return TypeNames.Contains(name) ? $"[`{type}`]({name}.md)" : $"`{type}`";
    }

    // The cmdlets that emit a type, by its name.
    private static ILookup<string, string> Commands() =>
        Assembly
            .Load("NodeManager")
            .GetExportedTypes()
            .SelectMany(static type =>
                type.GetCustomAttributesData()
                    .Where(static one => one.AttributeType.Name == "OutputTypeAttribute")
                    .SelectMany(static one => one.ConstructorArguments)
                    .SelectMany(static one => one.Value is IEnumerable<CustomAttributeTypedArgument> many ? many : [one])
                    .Select(static one => one.Value)
                    .OfType<Type>()
                    .Select(output => (Output: output.Name, Command: CommandName(type)))
            )
            .Distinct()
            .OrderBy(static one => one.Command, StringComparer.Ordinal)
            .ToLookup(static one => one.Output, static one => one.Command);

    private static string CommandName(Type type)
    {
        IList<CustomAttributeTypedArgument> name = type.GetCustomAttributesData()
            .Single(static one => one.AttributeType.Name == "CmdletAttribute")
            .ConstructorArguments;
        return $"{name[0].Value}-{name[1].Value}";
    }

    private static bool IsStatic(Type type) => type is { IsAbstract: true, IsSealed: true };

    private static FieldInfo[] Constants(Type type) =>
        type.IsEnum
            ? []
            :
            [
                .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
                    .Where(static field => field is { IsLiteral: true } && field.FieldType == typeof(string)),
            ];

    private static PropertyInfo[] Properties(Type type) =>
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(static property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
                .OrderBy(static property => property.MetadataToken),
        ];

    private static string NameOf(PropertyInfo property)
    {
        string name = NameOf(property.PropertyType);
        bool mayBeNull =
            !property.PropertyType.IsValueType && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
        return mayBeNull ? name + "?" : name;
    }

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return NameOf(value) + "?";
        if (type.IsArray)
            return NameOf(type.GetElementType()!) + "[]";
        if (Names.TryGetValue(type, out string? known))
            return known;
        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : type.Name;
    }

    // The folder of the file that declares a type.
    private static Dictionary<string, string> Areas()
    {
        string root = System.IO.Path.Combine(Repository.Root, "src", "NodeManager.Abstractions");
        var areas = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string folder = System.IO.Path.GetRelativePath(root, file).Replace('\\', '/').Split('/')[0];
            if (folder is "obj" or "bin")
                continue;
            foreach (Match declared in Declaration().Matches(File.ReadAllText(file)))
                areas[declared.Groups[1].Value] = folder.EndsWith(".cs", StringComparison.Ordinal) ? "Autoscaling" : folder;
        }

        return areas;
    }

    // The innermost name: NodeDrainPod of ItemList<NodeDrainPod> and of NodeDrainPod[]?
    [GeneratedRegex(@"\w+(?=[\[\]?>]*$)")]
    private static partial Regex Element();

    [GeneratedRegex(@"(?<!\[|^\| )`([A-Z]\w+)`(?!\])", RegexOptions.Multiline)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\s*public [\w ]*?(?:class|record|enum|struct) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
