using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Authentication;

public sealed class ExecPluginTests : AuthenticationTestBase
{
    private readonly PluginScript _plugin;

    public ExecPluginTests() => _plugin = new(Folder);

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public async Task The_token_of_the_plugin_is_sent_and_cached(string version)
    {
        _plugin.Answers("""{"token":"fresh"}""", version);
        using KubernetesClient client = Client(_plugin.Exec(version));

        Assert.Equal("Bearer fresh", (await AskAsync(client)).Headers["Authorization"]);
        await AskAsync(client);

        Assert.Equal(["set get-token"], _plugin.Runs);
    }

    [Fact]
    public async Task The_plugin_receives_the_API_version_and_on_request_the_cluster()
    {
        _plugin.Answers("""{"token":"fresh"}""");
        using KubernetesClient client = Client(_plugin.Exec(more: ", provideClusterInfo: true"));
        await AskAsync(client);

        JsonNode told = JsonNode.Parse(_plugin.Told)!;

        Assert.Equal("client.authentication.k8s.io/v1", (string?)told["apiVersion"]);
        Assert.False((bool)told["spec"]!["interactive"]!);
        Assert.StartsWith(Server.Address.ToString().TrimEnd('/'), (string?)told["spec"]!["cluster"]!["server"], StringComparison.Ordinal);
        Assert.NotEmpty((string)told["spec"]!["cluster"]!["certificate-authority-data"]!);
    }

    [Fact]
    public async Task The_plugin_runs_again_when_its_token_expires()
    {
        _plugin.Answers("""{"token":"one","expirationTimestamp":"2026-01-01T01:00:00Z"}""");
        using KubernetesClient client = Client(_plugin.Exec());
        await AskAsync(client);
        _plugin.Answers("""{"token":"two","expirationTimestamp":"2026-01-01T02:00:00Z"}""");

        Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("Bearer one", (await AskAsync(client)).Headers["Authorization"]);
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Bearer two", (await AskAsync(client)).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_refused_token_is_refreshed_and_the_request_repeated()
    {
        _plugin.Answers("""{"token":"old"}""");
        using KubernetesClient client = Client(_plugin.Exec());
        await AskAsync(client);
        _plugin.Answers("""{"token":"new"}""");
        Expected = "new";

        Assert.Equal("Bearer new", (await AskAsync(client)).Headers["Authorization"]);

        Assert.Equal(2, _plugin.Runs.Count);
    }

    [Fact]
    public async Task A_write_is_repeated_completely_after_a_refused_token()
    {
        _plugin.Answers("""{"token":"old"}""");
        using KubernetesClient client = Client(_plugin.Exec());
        await AskAsync(client);
        _plugin.Answers("""{"token":"new"}""");
        Expected = "new";

        await client.PatchAsync(
            Resources.Nodes,
            "n1",
            null,
            Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = true } }),
            null,
            new() { DryRun = true },
            default
        );

        TlsRequest[] patches = [.. Server.Requests.Skip(1)];
        Assert.Equal(2, patches.Length);
        Assert.All(patches, patch => Assert.Equal("""{"spec":{"unschedulable":true}}""", patch.Body));
        Assert.All(patches, patch => Assert.Equal("/api/v1/nodes/n1?dryRun=All&fieldManager=NodeManager", patch.Path));
        Assert.Equal("application/merge-patch+json", patches[1].Headers["Content-Type"]);
    }

    [Fact]
    public async Task A_token_that_stays_refused_is_refreshed_once_per_request()
    {
        _plugin.Answers("""{"token":"wrong"}""");
        Expected = "right";
        using KubernetesClient client = Client(_plugin.Exec());

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync(default));

        Assert.Equal(HttpStatusCode.Unauthorized, error.Code);
        Assert.Equal((2, 2), (_plugin.Runs.Count, Server.Requests.Count));
    }

    [Fact]
    public async Task Concurrent_callers_run_the_command_once()
    {
        _plugin.Answers("""{"token":"fresh"}""");
        using KubernetesClient client = Client(_plugin.Exec());

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetVersionAsync(default)));

        Assert.Single(_plugin.Runs);
        Assert.Equal(20, Server.Requests.Count);
    }

    [Fact]
    public async Task Concurrent_refused_requests_run_the_command_once()
    {
        _plugin.Answers("""{"token":"old"}""");
        using KubernetesClient client = Client(_plugin.Exec());
        await AskAsync(client);
        _plugin.Answers("""{"token":"new"}""");
        Expected = "new";

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetVersionAsync(default)));

        Assert.Equal(2, _plugin.Runs.Count);
    }

    [Theory]
    [InlineData("2026-01-01T01:00:00Z")]
    [InlineData(null)]
    public async Task A_new_certificate_of_the_plugin_opens_new_connections(string? expires)
    {
        AnswerCertificate("jane", expires, Time.GetUtcNow() + TimeSpan.FromHours(1));
        using KubernetesClient client = Client(_plugin.Exec());
        Assert.Equal("CN=jane", (await AskAsync(client)).ClientCertificate);

        AnswerCertificate("joe", null);
        Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal("CN=joe", (await AskAsync(client)).ClientCertificate);
    }

    [Fact]
    public async Task Standard_error_of_a_plugin_is_shown_to_the_user()
    {
        _plugin.Answers("""{"token":"s3cret"}""");
        Folder.Write("say", "To sign in, open https://login.example\n");
        using KubernetesClient client = Client(_plugin.Exec());

        await AskAsync(client);

        Assert.Contains(
            Logger.Entries,
            entry =>
                entry.Level == LogLevel.Warning
                && entry.Message.EndsWith(": To sign in, open https://login.example", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(Logger.Entries, entry => entry.Message.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Control_characters_of_a_plugin_are_escaped_in_the_log()
    {
        _plugin.Answers("""{"token":"fresh"}""");
        Folder.Write("say", "Open \u001b]0;title\u0007\u001b[2J\u202ehttps://login.example\n");
        using KubernetesClient client = Client(_plugin.Exec());

        await AskAsync(client);

        Assert.Contains(
            Logger.Entries,
            static entry =>
                entry.Message.EndsWith(@": Open \u001B]0;title\u0007\u001B[2J\u202Ehttps://login.example", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(Logger.Entries, static entry => entry.Message.Any(char.IsControl));
    }

    [Fact]
    public async Task The_error_quotes_the_output_of_a_failed_plugin()
    {
        Folder.Write("fail", "");
        using KubernetesClient client = Client(_plugin.Exec(more: ", installHint: Ask your admin"));

        NodeManagerException error = await FailAsync(client, ErrorIds.CredentialPluginFailed);

        Assert.Contains("ended with exit code 3: please log in.", error.Message, StringComparison.Ordinal);
        Assert.Equal("Ask your admin", error.RecommendedAction);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task A_missing_plugin_is_reported_with_its_install_hint()
    {
        using KubernetesClient client = Client(
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: IfAvailable, installHint: Install no-such-plugin}"
        );

        NodeManagerException error = await FailAsync(client, ErrorIds.CredentialPluginFailed);

        Assert.StartsWith("The credential plugin 'no-such-plugin' cannot be started", error.Message, StringComparison.Ordinal);
        Assert.Equal("Install no-such-plugin", error.RecommendedAction);
    }

    [SkippableFact]
    public async Task A_plugin_is_not_searched_in_the_current_or_the_program_folder()
    {
        Skip.If(OperatingSystem.IsWindows(), "The planted program is a shell script.");
        string name = "planted-" + Guid.NewGuid().ToString("N");
        string proof = Folder.Path("proof");
        string[] places =
        [
            Path.Combine(Environment.CurrentDirectory, name),
            Path.Combine(Path.GetDirectoryName(Environment.ProcessPath)!, name),
        ];
        // The folder of dotnet is often one of PATH, where a plugin is rightly found.
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        List<string> planted = [];
        try
        {
            foreach (string place in places.Distinct().Where(place => !path.Contains(Path.GetDirectoryName(place))))
            {
                try
                {
                    File.WriteAllText(place, $"#!/bin/sh\ntouch {proof}\n");
                    planted.Add(place);
                    if (!OperatingSystem.IsWindows())
                        File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
                catch (UnauthorizedAccessException)
                {
                    // Nobody can plant anything there.
                }
            }

            using KubernetesClient client = Client(
                $"exec: {{apiVersion: client.authentication.k8s.io/v1, command: {name}, interactiveMode: Never}}"
            );

            NodeManagerException error = await FailAsync(client, ErrorIds.CredentialPluginFailed);

            Assert.Contains("no folder of PATH has it", error.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(proof));
        }
        finally
        {
            planted.ForEach(File.Delete);
        }
    }

    [Fact]
    public async Task Arguments_and_variables_are_passed_to_a_plugin_unchanged()
    {
        _plugin.Answers("""{"token":"fresh"}""");
        using KubernetesClient client = Client(
            _plugin
                .Exec()
                .Replace("get-token]", "'$(touch x)', '; touch y', '*', 'a b']", StringComparison.Ordinal)
                .Replace("value: set", "value: '$HOME `id`'", StringComparison.Ordinal)
        );

        await AskAsync(client);

        Assert.Equal(["$HOME `id` $(touch x) ; touch y * a b"], _plugin.Runs);
    }

    [Fact]
    public async Task Control_characters_of_an_install_hint_are_escaped()
    {
        using KubernetesClient client = Client(
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never, installHint: \"Install\\e]0;x\\a it\\nnow\"}"
        );

        NodeManagerException error = await FailAsync(client, ErrorIds.CredentialPluginFailed);

        Assert.Equal("Install]0;x it\nnow", error.RecommendedAction);
    }

    [Theory]
    [InlineData("null", "gave no status")]
    [InlineData("{}", "gave neither a token nor a certificate")]
    [InlineData("""{"token":"s3cret","clientKeyData":"x"}""", "gave a certificate without its key, or the key alone")]
    [InlineData("""{"clientCertificateData":"x","clientKeyData":"s3cret"}""", "gave a certificate that is of no use (certificate)")]
    [InlineData("""{"token":"s3cret\nX: y"}""", "gave a token with a line break")]
    [InlineData("""s3cret""", "printed neither JSON nor YAML")]
    public async Task Invalid_plugin_output_is_reported_without_secrets(string status, string problem)
    {
        _plugin.Answers(status);
        using KubernetesClient client = Client(_plugin.Exec());

        NodeManagerException error = await FailAsync(client, ErrorIds.CredentialPluginFailed);

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}""")]
    [InlineData(
        "apiVersion: client.authentication.k8s.io/v1\nkind: ExecCredential\nstatus:\n  token: t\n  expirationTimestamp: 2099-01-01T00:00:00Z\n"
    )]
    [InlineData("# signed in\napiVersion: client.authentication.k8s.io/v1\nstatus: {token: t}\n")]
    public async Task An_answer_may_be_YAML_and_leave_out_its_kind(string answer)
    {
        _plugin.Answers("{}");
        Folder.Write("answer", answer);
        using KubernetesClient client = Client(_plugin.Exec());

        Assert.Equal("Bearer t", (await AskAsync(client)).Headers["Authorization"]);
    }

    [Theory]
    [InlineData("""{"apiVersion":"client.authentication.k8s.io/v1","kind":"Pod","status":{"token":"t"}}""", "printed no ExecCredential")]
    [InlineData("signed in\n", "printed no ExecCredential")]
    [InlineData("a: [\n", "printed neither JSON nor YAML")]
    [InlineData("status: {token: t}\n", "answered in version ''")]
    public async Task An_answer_that_is_none_is_refused(string answer, string problem)
    {
        _plugin.Answers("{}");
        Folder.Write("answer", answer);
        using KubernetesClient client = Client(_plugin.Exec());

        Assert.Contains(problem, (await FailAsync(client, ErrorIds.CredentialPluginFailed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_of_another_version_is_refused()
    {
        _plugin.Answers("""{"token":"t"}""", "v1beta1");
        using KubernetesClient client = Client(_plugin.Exec("v1"));

        NodeManagerException error = await FailAsync(client, ErrorIds.CredentialPluginFailed);

        Assert.Contains("answered in version 'client.authentication.k8s.io/v1beta1'", error.Message, StringComparison.Ordinal);
    }

    private void AnswerCertificate(string name, string? expires, DateTimeOffset? end = null)
    {
        (string certificate, string key, _) = Certificates.RsaClient(name, end);
        _plugin.Answers(
            new JsonObject
            {
                ["clientCertificateData"] = certificate,
                ["clientKeyData"] = key,
                ["expirationTimestamp"] = expires,
            }.ToJsonString()
        );
    }
}
