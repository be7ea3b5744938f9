using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>What <c>docs/architecture.md</c> states about layers holds for the compiled assemblies.</summary>
public sealed class LayerTests
{
    private static readonly string Root = RepositoryFolder.Path;

    private static LayerTable Table => LayerTable.Parse(File.ReadAllText(Path.Combine(Root, "docs", "architecture.md")));

    [Fact]
    public void Each_folder_uses_only_folders_of_the_layers_before_it()
    {
        LayerTable table = Table;
        string[] refused =
        [
            .. Arrows().Where(arrow => !table.Allows(arrow)).Select(static arrow => arrow.ToString()).Order(StringComparer.Ordinal),
        ];
        Assert.True(
            refused.Length == 0,
            $"{refused.Length} arrows lead to the same layer or a later one:\n{string.Join('\n', refused.Take(60))}"
        );
    }

    [Fact]
    public void Each_folder_has_an_entry()
    {
        LayerTable table = Table;
        Assert.DoesNotContain(Folders(), folder => table.EntryOf(folder) is null);
    }

    [Fact]
    public void Each_entry_is_a_folder()
    {
        Dictionary<string, string> folders = ProjectFolders();
        Assert.All(
            Table.Entries,
            entry =>
            {
                string project = entry.Split('/')[0];
                Assert.True(Directory.Exists(folders[project] + entry[project.Length..]), $"{entry} is not a folder.");
            }
        );
    }

    [Fact]
    public void An_arrow_to_the_same_layer_or_a_later_one_is_found()
    {
        LayerTable turned = LayerTable.Parse(
            "## Layers\n\n| Project | folders |\n|---|---|\n| `NodeManager.Core` | |\n| `NodeManager.Scheduling` | |\n| `NodeManager.Kubernetes` | `Models`, `Quantities` |\n"
        );
        Arrow[] refused =
        [
            .. Arrows()
                .Where(arrow => turned.EntryOf(arrow.From) is not null && turned.EntryOf(arrow.To) is not null && !turned.Allows(arrow)),
        ];

        Assert.Contains(
            refused,
            static arrow =>
                arrow.From.StartsWith("NodeManager.Core/", StringComparison.Ordinal)
                && arrow.To.StartsWith("NodeManager.Kubernetes", StringComparison.Ordinal)
        );
        Assert.Contains(
            refused,
            static arrow =>
                arrow.From.StartsWith("NodeManager.Scheduling", StringComparison.Ordinal)
                && arrow.To.StartsWith("NodeManager.Kubernetes", StringComparison.Ordinal)
        );
    }

    private static Dictionary<string, string> ProjectFolders() =>
        Directory
            .GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(static file => Path.GetFileNameWithoutExtension(file), static file => Path.GetDirectoryName(file)!);

    private static Arrow[] Arrows() =>
        [
            .. ModuleAssemblies
                .Files()
                .SelectMany(static path =>
                {
                    using ArrowReader reader = new(path);
                    return reader.Read();
                }),
        ];

    private static string[] Folders() =>
        [
            .. ModuleAssemblies
                .Files()
                .SelectMany(static path =>
                {
                    using ArrowReader reader = new(path);
                    return reader.Folders;
                }),
        ];
}
