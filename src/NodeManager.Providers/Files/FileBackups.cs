using System.Globalization;

namespace NodeManager.Providers.Files;

/// <summary>
/// The former states of a file, beside it: <c>config.yaml.1.bak</c>, <c>config.yaml.2.bak</c>, …
/// </summary>
public static class FileBackups
{
    /// <summary>Copies the file to the next number, with its permissions, and removes the oldest beyond the limit.</summary>
    /// <param name="path">The file, as it is before a change.</param>
    /// <param name="limit">How many are kept.</param>
    internal static void Keep(string path, int limit)
    {
        var kept = List(path);
        var next = kept.Count == 0 ? 1 : kept[^1].Number + 1;
        var target = Name(path, next);
        // Takes the permissions along.
        File.Copy(path, target);
        foreach (var (_, old) in kept.SkipLast(limit - 1))
            File.Delete(old);
    }

    /// <summary>What is kept of a file, oldest first.</summary>
    public static IReadOnlyList<(long Number, string Path)> List(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var prefix = $"{Path.GetFileName(path)}.";
        return
        [
            .. Directory
                .EnumerateFiles(folder, $"{prefix}*.bak")
                .Select(file => (Name: Path.GetFileName(file), Path: file))
                .Select(file => (Number(file.Name, prefix), file.Path))
                .Where(file => file.Item1 > 0)
                .OrderBy(file => file.Item1),
        ];
    }

    private static long Number(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && long.TryParse(
            name.AsSpan(prefix.Length, name.Length - prefix.Length - ".bak".Length),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : 0;

    private static string Name(string path, long number) =>
        Path.Combine(
            Path.GetDirectoryName(Path.GetFullPath(path))!,
            string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}.{number}.bak")
        );
}
