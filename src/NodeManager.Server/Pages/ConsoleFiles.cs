using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;

namespace NodeManager.Server.Pages;

/// <summary>The files of the web console next to the program, if built with it. Kept in memory, also compressed.</summary>
internal sealed class ConsoleFiles
{
    private const string Start = "index.html";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, ConsoleFile> _files;

    private ConsoleFiles(IEnumerable<KeyValuePair<string, ConsoleFile>> files) => _files = files.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A server without the console.</summary>
    public static ConsoleFiles None { get; } = new([]);

    public static ConsoleFiles OfProgram { get; } = Read(Path.Combine(AppContext.BaseDirectory, "console"));

    public bool Exist => _files.ContainsKey(Start);

    /// <summary>The page for all addresses of the console.</summary>
    /// <exception cref="KeyNotFoundException">The console is missing.</exception>
    public ConsoleFile Page => _files[Start];

    /// <summary>Null for an unknown path.</summary>
    /// <param name="path">Relative, with slashes: <c>assets/index-1a2b3c.js</c>.</param>
    public ConsoleFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>All files of known types; empty for a missing folder.</summary>
    public static ConsoleFiles Read(string folder) =>
        !Directory.Exists(folder)
            ? None
            : new(
                Directory
                    .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Where(file => Types.ContainsKey(Path.GetExtension(file)))
                    .Select(file =>
                        KeyValuePair.Create(
                            Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'),
                            new ConsoleFile(Types[Path.GetExtension(file)], File.ReadAllBytes(file))
                        )
                    )
            );
}

internal sealed record ConsoleFile(string Type, byte[] Content)
{
    private readonly Lazy<byte[]> _compressed = new(() =>
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize))
            gzip.Write(Content);
        return target.ToArray();
    });

    public byte[] Compressed => _compressed.Value;

    /// <summary>The page with addresses of its files that are the same at each path of the console.</summary>
    /// <param name="prefix">The path prefix of an ingress.</param>
    /// <param name="issuer">The host at which users sign in; null for none.</param>
    public ConsoleFile AsPage(string prefix, string? issuer)
    {
        string text = Encoding.UTF8.GetString(Content).Replace("\"./assets/", $"\"{prefix}/assets/", StringComparison.Ordinal);
        if (issuer is not null)
            text = text.Replace("</head>", $"<meta name=\"nodemanager-issuer\" content=\"{issuer}\"></head>", StringComparison.Ordinal);
        return new(Type, Encoding.UTF8.GetBytes(text));
    }
}
