using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace NodeManager.Testing;

/// <summary>A server on loopback with TLS and HTTP/2 that takes client certificates, or without TLS; what it answers is a function.</summary>
public sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TlsServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.First());

    /// <summary>What was asked, with the certificate that came with it.</summary>
    public ConcurrentQueue<TlsRequest> Requests { get; } = new();

    /// <param name="certificate">Its own; null: it speaks plain HTTP.</param>
    /// <param name="answer">Null: <c>/version</c>'s answer to everything.</param>
    public static async Task<TlsServer> StartAsync(X509Certificate2? certificate, Func<HttpContext, Task>? answer = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
                kestrel.Listen(
                    IPAddress.Loopback,
                    0,
                    listen =>
                    {
                        if (certificate is null)
                            return;
                        listen.UseHttps(https =>
                        {
                            https.ServerCertificate = certificate;
                            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                            https.ClientCertificateValidation = (_, _, _) => true;
                        });
                    }
                )
            );
        WebApplication application = builder.Build();
        var server = new TlsServer(application);
        application.Run(async context =>
        {
            // The answer may read the body as a form.
            context.Request.EnableBuffering();
            using var body = new StreamReader(context.Request.Body, leaveOpen: true);
            string text = await body.ReadToEndAsync(context.RequestAborted);
            context.Request.Body.Position = 0;
            server.Requests.Enqueue(
                new(
                    context.Request.Method,
                    context.Request.Path + context.Request.QueryString,
                    context.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    ),
                    context.Connection.ClientCertificate?.Subject,
                    context.Request.Protocol,
                    text
                )
                {
                    Lines = [.. context.Request.Headers.SelectMany(header => header.Value.Select(value => (header.Key, value ?? "")))],
                }
            );
            await (answer ?? AnswerVersion)(context);
        });
        await application.StartAsync();
        return server;
    }

    public static Task AnswerVersion(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("""{"major":"1","minor":"34","gitVersion":"v1.34.0"}""");
    }

    public static Task Refuse(HttpContext context, HttpStatusCode code)
    {
        context.Response.StatusCode = (int)code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{code}}","reason":"{{code}}","code":{{(int)code}}}"""
        );
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
