using System.Globalization;

namespace NodeManager.Providers.Files;

/// <summary>Numbered backups beside a file: <c>config.yaml.1.bak</c>, <c>config.yaml.2.bak</c>, …</summary>
public static class FileBackups
{
    /// <summary>Copies the file with its permissions to the next number, and deletes the oldest above the limit.</summary>
    internal static void Add(string path, int limit)
    {
        var kept = List(path);
        var next = kept.Count == 0 ? 1 : kept[^1].Number + 1;
        var target = Name(path, next);
        // Includes permissions.
        File.Copy(path, target);
        foreach (var (_, old) in kept.SkipLast(limit - 1))
            File.Delete(old);
    }

    /// <summary>Oldest first.</summary>
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
