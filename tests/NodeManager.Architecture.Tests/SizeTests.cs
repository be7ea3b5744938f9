using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>Files and folders of a size that can be read at once.</summary>
public sealed class SizeTests
{
    private const int MostLines = 400;

    // About 20 is wanted; the base classes of commands stand in one folder.
    private const int MostFiles = 28;

    private static readonly string Root = RepositoryFolder.Path;

    private static IEnumerable<string> Sources => ((string[])["src", "tests", "bench"]).SelectMany(static folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(static path => !path.Split(Path.DirectorySeparatorChar).Any(static part => part is "obj" or "bin" or "node_modules"));

    [Fact]
    public void A_file_has_at_most_400_lines()
    {
        Assert.NotEmpty(Sources);
        Assert.DoesNotContain(Sources, static path => File.ReadLines(path).Count() > MostLines);
    }

    [Fact]
    public void A_folder_has_at_most_28_files() =>
        Assert.DoesNotContain(Sources.CountBy(static path => Path.GetDirectoryName(path)!), static folder => folder.Value > MostFiles);
}
