using System.Collections.Frozen;
using NodeManager.Server.Options;

namespace NodeManager.Server.Pages;

/// <summary>The web console if the program was built with it, else a small embedded page without inline scripts or styles.</summary>
internal static class PageRoutes
{
    /// <summary>The path of the console.</summary>
    public const string Console = "/admin";

    // The names of these files change with their content.
    private const string Unchanging = "private, max-age=31536000, immutable";

    private static readonly FrozenDictionary<string, (string Type, byte[] Content)> Files = new[]
    {
        ("index.html", "text/html; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("page.css", "text/css; charset=utf-8"),
    }.ToFrozenDictionary(file => file.Item1, file => (file.Item2, Read(file.Item1)));

    // Also without credentials: the pages sign in, and contain no cluster data.
    /// <param name="oidc">The issuer that the console shows, and the path prefix of an ingress; null: neither.</param>
    public static void Map(IEndpointRouteBuilder routes, OidcSettings? oidc)
    {
        ConsoleFiles console = routes.ServiceProvider.GetService<ConsoleFiles>() ?? ConsoleFiles.OfProgram;
        ConsoleFile? page = console.Exist
            ? console.Page.AsPage(oidc?.Prefix ?? "", oidc is null ? null : new Uri(oidc.Issuer).Authority)
            : null;
        Get(routes, "/", context => page is not null ? Send(context, page) : Small("index.html"));
        Get(routes, "/page.js", _ => Small("page.js"));
        Get(routes, "/page.css", _ => Small("page.css"));
        Get(
            routes,
            Console + "/{**page}",
            context => page is not null ? Send(context, page) : Results.Redirect(context.Request.PathBase + "/")
        );
        Get(routes, "/assets/{**file}", context => SendAsset(context, console.Find($"assets/{context.GetRouteValue("file")}")));
    }

    private static void Get(IEndpointRouteBuilder routes, string path, Func<HttpContext, IResult> answer) =>
        routes.MapGet(path, (HttpContext context) => answer(context)).AllowAnonymous().ExcludeFromDescription();

    private static IResult Small(string file) => Results.Bytes(Files[file].Content, Files[file].Type);

    private static IResult SendAsset(HttpContext context, ConsoleFile? file)
    {
        if (file is null)
            return Results.NotFound();
        context.Response.Headers.CacheControl = Unchanging;
        return Send(context, file);
    }

    private static IResult Send(HttpContext context, ConsoleFile file)
    {
        context.Response.Headers.Vary = "Accept-Encoding";
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return Results.Bytes(file.Content, file.Type);
        context.Response.Headers.ContentEncoding = "gzip";
        return Results.Bytes(file.Compressed, file.Type);
    }

    private static byte[] Read(string file)
    {
        using Stream stream = typeof(PageRoutes).Assembly.GetManifestResourceStream("Pages." + file)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
