using System.Text;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Configuration;

public sealed class KubeconfigTests : IDisposable
{
    private const string Ed25519Key = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINQx3T5FKN1Qz11sSO9LpLUstfpe4GMV+p4tMhzGuOCz
        -----END PRIVATE KEY-----

        """;

    private const string Ed25519Certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBMDCB46ADAgECAhRhT+c/E9w6z5jv4DW5ZLrFFGaH+TAFBgMrZXAwDTELMAkG
        A1UEAwwCZWQwIBcNMjYxMTIwMjI1MTQ3WhgPMjEyNjEwMjcyMjUxNDdaMA0xCzAJ
        BgNVBAMMAmVkMCowBQYDK2VwAyEAftN+utn6t8pFXg6RQ9J/1B/oYRtShZgJc8Xr
        BgyVA06jUzBRMB0GA1UdDgQWBBQ/JZ6Dawb/9GqOJrCer5tnA5VR1jAfBgNVHSME
        GDAWgBQ/JZ6Dawb/9GqOJrCer5tnA5VR1jAPBgNVHRMBAf8EBTADAQH/MAUGAytl
        cANBAG3UcAvdQVaagyVjX7piyuKE10daeHTMTRgaYp28BXtEzgKinnR9i+8nvQMk
        ECCdVZ2DFetwQ84w8+A2bognfg4=
        -----END CERTIFICATE-----

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_current_context_is_used()
    {
        ClusterConfiguration configuration = Load(
            _folder.Write(
                "config",
                """
                apiVersion: v1
                kind: Config
                current-context: two
                contexts:
                - name: one
                  context: {cluster: c1, user: u1}
                - name: two
                  context: {cluster: c2, user: u2, namespace: team}
                clusters:
                - name: c1
                  cluster: {server: https://one.example}
                - name: c2
                  cluster:
                    server: https://two.example:6443/k8s
                    tls-server-name: other.example
                    proxy-url: socks5://proxy.example:1080
                    insecure-skip-tls-verify: true
                    disable-compression: true
                users:
                - name: u1
                  user: {token: t1}
                - name: u2
                  user: {token: t2}
                """
            )
        );

        Assert.Equal(
            ("two", "c2", "u2", "team"),
            (configuration.ContextName, configuration.ClusterName, configuration.UserName, configuration.Namespace)
        );
        Assert.Equal(new Uri("https://two.example:6443/k8s"), configuration.Server);
        Assert.Equal(
            ("other.example", true, true),
            (configuration.TlsServerName, configuration.SkipTlsVerify, configuration.DisableCompression)
        );
        Assert.Equal(new Uri("socks5://proxy.example:1080"), configuration.Proxy);
        Assert.Equal("t2", configuration.User.Token);
        Assert.DoesNotContain("t2", configuration.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_requested_context_is_used()
    {
        ClusterConfiguration configuration = Kubeconfig.Load(
            new()
            {
                Paths = [_folder.Write("config", Simple())],
                Context = "two",
                Namespace = "mine",
                ImpersonateUser = "jane",
                ImpersonateGroups = ["dev"],
                SkipTlsVerify = true,
            }
        );

        Assert.Equal(("two", "mine", true), (configuration.ContextName, configuration.Namespace, configuration.SkipTlsVerify));
        Assert.Equal(("jane", "dev"), (configuration.User.Impersonation!.User, configuration.User.Impersonation.Groups.Single()));
    }

    [Fact]
    public void The_first_of_several_kubeconfig_files_wins()
    {
        string first = _folder.Write(
            "a/config",
            """
            contexts:
            - name: one
              context: {cluster: shared, user: u}
            clusters:
            - name: shared
              cluster: {server: https://first.example}
            """
        );
        string second = _folder.Write(
            "b/config",
            """
            current-context: one
            contexts:
            - name: one
              context: {cluster: nowhere, user: nobody}
            - name: three
              context: {cluster: shared, user: u}
            clusters:
            - name: shared
              cluster: {server: https://second.example}
            users:
            - name: u
              user: {tokenFile: token}
            """
        );
        _folder.Write("b/token", "secret");

        ClusterConfiguration configuration = Load(first, second);

        Assert.Equal(new Uri("https://first.example"), configuration.Server);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(second)!, "token"), configuration.User.TokenFile);
        Assert.Equal(["one", "three"], Kubeconfig.ListContexts([first, second]));
    }

    [Fact]
    public void Relative_certificate_paths_start_at_their_kubeconfig()
    {
        using var certificates = new TestCertificates();
        (string certificate, string key, _) = certificates.EcClient("jane");
        _folder.Write("k/pki/ca.crt", certificates.AuthorityPem);
        _folder.Write("k/pki/jane.crt", certificate);
        _folder.Write("k/pki/jane.key", key);

        ClusterConfiguration configuration = Load(
            _folder.Write(
                "k/config",
                Simple("certificate-authority: pki/ca.crt", "client-certificate: pki/jane.crt, client-key: ./pki/jane.key")
            )
        );

        Assert.Equal("CN=jane", configuration.User.ClientCertificate!.Leaf.Subject);
        Assert.True(configuration.User.ClientCertificate.Leaf.HasPrivateKey);
        Assert.Single(configuration.CertificateAuthorities!);
    }

    [Fact]
    public void Impersonation_of_the_kubeconfig_is_read()
    {
        ClusterConfiguration configuration = Load(
            _folder.Write("config", Simple(user: "as: jane, as-uid: '7', as-groups: [dev], as-user-extra: {reason: [test], Scopes: [a]}"))
        );

        Assert.Equal(("jane", "7"), (configuration.User.Impersonation!.User, configuration.User.Impersonation.Uid));
        Assert.Equal(["dev"], configuration.User.Impersonation.Groups);
        Assert.Equal(["a"], configuration.User.Impersonation.Extra["Scopes"]);
    }

    [Theory]
    [InlineData(0x0a)]
    [InlineData(0x0d)]
    [InlineData(0x00)]
    [InlineData(0x01)]
    [InlineData(0x7f)]
    [InlineData(0xd800)]
    public void An_impersonated_name_that_is_not_one_header_is_refused(int code)
    {
        char character = (char)code;
        string path = _folder.Write("config", Simple());

        NodeManagerException user = Error(
            () => Kubeconfig.Load(new() { Paths = [path], ImpersonateUser = $"a{character}b" }),
            ErrorIds.CredentialUnsupported
        );
        NodeManagerException group = Error(
            () =>
                Kubeconfig.Load(
                    new()
                    {
                        Paths = [path],
                        ImpersonateUser = "a",
                        ImpersonateGroups = ["x", $"y{character}"],
                    }
                ),
            ErrorIds.CredentialUnsupported
        );

        Assert.Equal((ErrorKind.InvalidArgument, ErrorKind.InvalidArgument), (user.Kind, group.Kind));
        Assert.Contains("control character", group.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_duplicate_key_is_a_warning()
    {
        string path = _folder.Write("config", Simple(user: "token: one, token: two"));

        ClusterConfiguration configuration = Load(path);

        Assert.Equal("two", configuration.User.Token);
        Assert.Equal([$"{path}:13: the key 'token' occurs more than once in its mapping. The last value is used."], configuration.Warnings);
    }

    [Fact]
    public void A_file_that_would_exhaust_stack_or_memory_is_refused()
    {
        string deep = _folder.Write("deep", "a: " + new string('[', 100_000));
        string bomb = _folder.Write(
            "bomb",
            string.Join(
                '\n',
                Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat(i == 1 ? "x" : $"*a{i - 1}", 9))}]")
            )
                + "\n"
                + Simple("extensions: [{name: client.authentication.k8s.io/exec, extension: *a9}]")
        );

        Assert.Contains("nested too deeply", Error(() => Load(deep), ErrorIds.KubeconfigInvalid).Message, StringComparison.Ordinal);
        Assert.Contains("more than 1000 values", Error(() => Load(bomb), ErrorIds.KubeconfigInvalid).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_in_a_server_URL_are_not_shown()
    {
        ClusterConfiguration configuration = Load(
            _folder.Write(
                "config",
                Simple().Replace("https://api.example", "https://jane:s3cret@api.example/k8s?token=s3cret", StringComparison.Ordinal)
            )
        );

        Assert.Equal("https://api.example/k8s", configuration.Server.OriginalString);
        Assert.Equal(("jane", "s3cret"), (configuration.User.Basic!.UserName, configuration.User.Basic.Password));
    }

    [Fact]
    public void A_password_that_is_not_sent_over_HTTP_is_a_warning()
    {
        string path = _folder.Write(
            "config",
            Simple().Replace("https://api.example", "http://jane:s3cret@api.example", StringComparison.Ordinal)
        );

        ClusterConfiguration configuration = Load(path);

        Assert.Null(configuration.User.Basic);
        Assert.Equal(
            [$"{path}: clusters[name=k].cluster.server has a user name. It is not sent, because the address is not https."],
            configuration.Warnings
        );
    }

    [Fact]
    public void An_unusable_certificate_is_reported_with_its_field()
    {
        using var certificates = new TestCertificates();
        (string rsa, _, _) = certificates.RsaClient("jane");
        (string _, string ecKey, string ecOwn) = certificates.EcClient("joe");

        foreach (string key in (string[])[ecKey, ecOwn, Ed25519Key])
            AssertInvalid(
                Simple("", $"client-certificate-data: {Base64(rsa)}, client-key-data: {Base64(key)}"),
                13,
                "users[name=u].user.client-key-data holds no valid private key of the certificate's algorithm"
            );
        AssertInvalid(
            Simple("", $"client-certificate-data: {Base64(Ed25519Certificate)}, client-key-data: {Base64(Ed25519Key)}"),
            13,
            "users[name=u].user.client-certificate-data is neither an RSA nor an EC certificate; others cannot be used"
        );
    }

    [Fact]
    public void A_missing_file_is_reported()
    {
        string path = _folder.Path("nothing");

        NodeManagerException error = Error(() => Load(path), ErrorIds.KubeconfigNotFound);

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Empty(Kubeconfig.ListContexts([path]));
    }

    [Fact]
    public void An_unknown_context_is_reported_with_the_existing_contexts()
    {
        NodeManagerException error = Error(
            () => Kubeconfig.Load(new() { Paths = [_folder.Write("config", Simple())], Context = "none" }),
            ErrorIds.ContextNotFound
        );

        Assert.Contains("'none'", error.Message, StringComparison.Ordinal);
        Assert.Contains("one, two", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contexts: []", "No current context")]
    [InlineData("current-context: c\ncontexts:\n- name: c\n  context: {user: u}", "The context 'c' ({0}) names no cluster")]
    [InlineData(
        "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}",
        "The cluster 'k' that the context 'c' names is not in"
    )]
    [InlineData(
        "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k}\nclusters:\n- name: k\n  cluster: {server: https://x}",
        "The context 'c' ({0}) names no user"
    )]
    [InlineData(
        "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\nclusters:\n- name: k\n  cluster: {server: https://x}",
        "The user 'u' that the context 'c' names is not in"
    )]
    public void An_incomplete_context_is_reported(string text, string expected)
    {
        string path = _folder.Write("config", text);

        NodeManagerException error = Error(() => Load(path), ErrorIds.ContextIncomplete);

        Assert.StartsWith(expected.Replace("{0}", path, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction!);
    }

    [Theory]
    [InlineData("a: b\n  c: [", 2, "the file is not valid YAML")]
    [InlineData("clusters:\n- name: a\n  cluster: {server: https://x\nusers: []", 4, "the file is not valid YAML at column ")]
    [InlineData(
        "clusters:\n- name: a\n  cluster:\n\tserver: https://x",
        4,
        "the file is not valid YAML at column 1 (While scanning a mapping, found invalid tab"
    )]
    [InlineData("clusters:\n- name: a\n  cluster:\n    server: https://x\n   proxy-url: y", 5, "the file is not valid YAML at column 4 (")]
    [InlineData("- a\n- b", 1, "the file is not a kubeconfig")]
    [InlineData("contexts: 5", 1, "contexts should be a list")]
    [InlineData("contexts:\n- 5", 2, "contexts should be a list of mappings")]
    [InlineData("contexts:\n- name: [x]", 2, "contexts[].name should be text")]
    [InlineData("kind: Pod", 1, "kind should be Config")]
    [InlineData("password: *s3cret", 1, "an alias (*) refers to an anchor that does not exist; put a value that begins with * in quotes")]
    [InlineData("a: &a [*a]", 1, "the file is not valid YAML at column 8 (it contains itself")]
    [InlineData("users:\n- name: a\n- name: a", 3, "users[name=a].name occurs more than once in the list")]
    public void Broken_files_are_reported_with_line_and_field(string text, int line, string problem) => AssertInvalid(text, line, problem);

    [Theory]
    [InlineData(
        "",
        "client-certificate-data: '%%%', client-key-data: aGk=",
        13,
        "users[name=u].user.client-certificate-data is not valid base64"
    )]
    [InlineData(
        "",
        "client-certificate-data: aGk=, client-key-data: aGk=",
        13,
        "users[name=u].user.client-certificate-data holds no valid certificate"
    )]
    [InlineData("", "client-key-data: aGk=", 13, "users[name=u].user has a client key but no client-certificate")]
    [InlineData(
        "",
        "client-certificate: nothing.crt, client-key: nothing.key",
        13,
        "users[name=u].user.client-certificate names a file that cannot be read"
    )]
    [InlineData("", "token: [secret]", 13, "users[name=u].user.token should be text")]
    [InlineData("", "token: secret, username: jane", 13, "users[name=u].user.token is used together with username")]
    [InlineData("", "tokenFile: nothing", 13, "users[name=u].user.tokenFile names")]
    [InlineData("", "as-groups: [a]", 13, "users[name=u].user has as-uid, as-groups")]
    [InlineData("", "exec: {command: x}", 13, "users[name=u].user.exec.apiVersion is missing")]
    [InlineData(
        "",
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: x}",
        13,
        "users[name=u].user.exec.interactiveMode is missing"
    )]
    [InlineData(
        "certificate-authority-data: aGk=",
        "",
        10,
        "clusters[name=k].cluster.certificate-authority-data holds no valid certificate"
    )]
    [InlineData("insecure-skip-tls-verify: perhaps", "", 10, "clusters[name=k].cluster.insecure-skip-tls-verify should be true or false")]
    [InlineData("proxy-url: ftp://x", "", 10, "clusters[name=k].cluster.proxy-url should be an http, https or socks5 address")]
    public void Broken_fields_are_reported_with_line_and_field(string cluster, string user, int line, string problem) =>
        AssertInvalid(Simple(cluster, user), line, problem);

    [Fact]
    public void An_invalid_key_is_reported_without_its_content()
    {
        using var certificates = new TestCertificates();
        (string certificate, _, _) = certificates.RsaClient("jane");
        const string secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";

        NodeManagerException error = AssertInvalid(
            Simple("", $"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(secret)}"),
            13,
            "users[name=u].user.client-key-data holds no valid private key"
        );

        Assert.DoesNotContain("c2VjcmV0", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Base64(secret), error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mismatched_and_an_encrypted_key_are_reported()
    {
        using var certificates = new TestCertificates();
        (string certificate, _, _) = certificates.RsaClient("jane");
        (_, string other, _) = certificates.RsaClient("joe");

        AssertInvalid(
            Simple("", $"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(other)}"),
            13,
            "users[name=u].user.client-key-data does not match the certificate of this user"
        );
        AssertInvalid(
            Simple(
                "",
                $"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(other.Replace("PRIVATE", "ENCRYPTED PRIVATE", StringComparison.Ordinal))}"
            ),
            13,
            "users[name=u].user.client-key-data is encrypted"
        );
    }

    [Theory]
    [InlineData("auth-provider: {name: gcp}", "users[name=u].user.auth-provider asks for 'gcp'")]
    [InlineData(
        "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}",
        "users[name=u].user.exec.apiVersion is 'client.authentication.k8s.io/v1alpha1'"
    )]
    [InlineData(
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}",
        "users[name=u].user.exec.interactiveMode is Always"
    )]
    public void Unsupported_authentication_is_reported_with_the_remedy(string user, string problem)
    {
        string path = _folder.Write("config", Simple("", user));

        NodeManagerException error = Error(() => Load(path), ErrorIds.CredentialUnsupported);

        Assert.StartsWith($"{path}: {problem}", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction!);
    }

    [Fact]
    public void An_exec_plugin_is_read_with_its_arguments_and_variables()
    {
        ClusterConfiguration configuration = Load(
            _folder.Write(
                "config",
                Simple(
                    "extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a, port: 7, on: true}}]",
                    "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/get-token, args: [eks, --x], env: [{name: A, value: b}], "
                        + "provideClusterInfo: true, installHint: Install it}"
                )
            )
        );

        Assert.Equal(_folder.Path("bin/get-token"), configuration.User.Exec!.Command);
        Assert.Equal(["eks", "--x"], configuration.User.Exec.Arguments);
        Assert.Equal("b", configuration.User.Exec.Environment["A"]);
        Assert.Equal("Install it", configuration.User.Exec.InstallHint);
        Assert.Equal(
            """{"server":"https://api.example","config":{"audience":"a","port":7,"on":true}}""",
            configuration.User.Exec.Cluster!.ToJsonString()
        );
    }

    [Fact]
    public void A_server_without_a_scheme_uses_plain_HTTP() =>
        Assert.Equal(
            new Uri("http://10.0.0.1:8080"),
            Load(_folder.Write("config", Simple().Replace("https://api.example", "10.0.0.1:8080", StringComparison.Ordinal))).Server
        );

    /// <summary>The cluster's own fields are on line 10, the user's on line 13.</summary>
    private static string Simple(string cluster = "", string user = "") =>
        $$"""
            current-context: one
            contexts:
            - name: one
              context: {cluster: k, user: u}
            - name: two
              context: {cluster: k, user: u}
            clusters:
            - name: k
              cluster: {server: https://api.example,
                {{(cluster.Length == 0 ? "x: y" : cluster)}}}
            users:
            - name: u
              user: {{{(user.Length == 0 ? "token: t" : user)}}}
            """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static ClusterConfiguration Load(params string[] paths) => Kubeconfig.Load(new() { Paths = paths });

    private static NodeManagerException Error(Action action, string id)
    {
        NodeManagerException error = Assert.Throws<NodeManagerException>(action);
        Assert.Equal(id, error.ErrorId);
        return error;
    }

    private NodeManagerException AssertInvalid(string text, int line, string problem)
    {
        string path = _folder.Write("config", text);
        NodeManagerException error = Error(() => Load(path), ErrorIds.KubeconfigInvalid);
        Assert.StartsWith($"{path}:{line}: {problem}", error.Message, StringComparison.Ordinal);
        return error;
    }
}
