using System.Collections.Frozen;

namespace NodeManager.Server.Pages;

/// <summary>The small pages that need no build: embedded files, without scripts or styles in the markup.</summary>
internal static class PageRoutes
{
    private static readonly FrozenDictionary<string, (string Type, byte[] Content)> Files = new[]
    {
        ("index.html", "text/html; charset=utf-8"), ("page.js", "text/javascript; charset=utf-8"), ("page.css", "text/css; charset=utf-8"),
    }.ToFrozenDictionary(file => file.Item1, file => (file.Item2, Read(file.Item1)));

    public static void Map(IEndpointRouteBuilder routes)
    {
        // Without credentials too: the page signs in, and shows nothing of the cluster by itself.
        foreach ((string path, string file) in new[] { ("/", "index.html"), ("/page.js", "page.js"), ("/page.css", "page.css") })
            routes.MapGet(path, () => Results.Bytes(Files[file].Content, Files[file].Type)).AllowAnonymous().ExcludeFromDescription();
    }

    private static byte[] Read(string file)
    {
        using Stream stream = typeof(PageRoutes).Assembly.GetManifestResourceStream("Pages." + file)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
