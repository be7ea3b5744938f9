using NodeManager.Testing;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The repository's files, as the tests find them.</summary>
internal static class Repository
{
    private static readonly string[] Skipped = ["bin", "obj", "out", "TestResults", "node_modules"];

    public static string Root { get; } = RepositoryFolder.Path;

    /// <summary>A file's path from the root, with slashes on every platform.</summary>
    public static string NameOf(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>All files with an extension, without what builds leave behind.</summary>
    /// <param name="extension">With its dot.</param>
    public static string[] Files(string extension) => [.. FilesIn(Root, extension).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> FilesIn(string folder, string extension)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
            if (file.EndsWith(extension, StringComparison.Ordinal))
                yield return file;
        foreach (string inner in Directory.EnumerateDirectories(folder))
        {
            string name = Path.GetFileName(inner);
            if (name.StartsWith('.') || Skipped.Contains(name, StringComparer.Ordinal))
                continue;
            foreach (string file in FilesIn(inner, extension))
                yield return file;
        }
    }
}
