namespace NodeManager.Kubernetes.Tests.Configuration;

/// <summary>What kubectl makes of kubeconfigs: the table that it and NodeManager are held against.</summary>
internal static class KubeconfigCases
{
    private const string Refused = KubeconfigCase.Refused;
    private const string NoIdentity = "kubectl asks for a user name at the terminal";
    private const string UserUnread = "on http nothing of the user is read but the impersonation";
    private const string Exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: nothing, interactiveMode: Never}";
    private const string Certificate = "client-certificate-data: {cert}, client-key-data: {key}";

    public static IReadOnlyList<KubeconfigCase> All { get; } =
    [
        // Plain HTTP: no credentials, no authority, and no user needed.
        Http("http with a token", "http"),
        Http("http without a user", "http", context: "cluster: k"),
        Http("http with a user that is not there", "http", context: "cluster: k, user: nobody"),
        Http("http with a broken authority", "http", cluster: "certificate-authority-data: aGk="),
        Http("http with an authority and insecure", "http", cluster: "certificate-authority-data: {ca}, insecure-skip-tls-verify: true"),
        Http("http with a name for TLS", "http", cluster: "tls-server-name: other.example"),
        Http("http with a token file that is not there", "http", user: "tokenFile: nothing"),
        Http("http with a plugin that is not there", "http", user: Exec),
        Http(
            "http with a plugin of an old version",
            "http",
            user: "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: nothing}"
        ),
        Http("http with a provider that was removed", "http", user: "auth-provider: {name: gcp}"),
        Http("http with a certificate", "http", user: Certificate),
        Http("http with impersonation", "http as j groups a,b uid 7", user: "token: t, as: j, as-uid: '7', as-groups: [a, b]"),
        Http("http with an authority file that is not there", Refused, cluster: "certificate-authority: nothing") with
        {
            Ours = "http",
            Because = UserUnread,
        },
        Http("http with token and password", Refused, user: "token: t, username: u") with
        {
            Ours = "http",
            Because = UserUnread,
        },
        Http("http with a certificate file that is not there", Refused, user: "client-certificate: nothing, client-key: nothing") with
        {
            Ours = "http",
            Because = UserUnread,
        },
        new("http with a password in the address", Config("server: '{http@}'", "token: t"), "http Basic dTpw")
        {
            Ours = "http",
            Because = "what is sent in clear is no secret any more; a warning says so",
        },
        new("an address without a scheme", Config("server: '{host}'", "token: t"), "http"),
        // Who the user is.
        User("token", "token: t", "https Bearer t"),
        User("token beyond ASCII", "token: tökén", "https Bearer tökén"),
        User("token with a line break", "token: \"a\\nb\"", Refused),
        User("token with a control character", "token: \"a\\x01b\"", Refused),
        User("token with a line break at its end", "token: \"t\\n\"", Refused),
        User("token with a space at its end", "token: 't '", "https Bearer t "),
        User("token with a space before it", "token: ' t'", "https Bearer  t") with
        {
            Ours = Refused,
            Because = "API servers answer it with 401",
        },
        User("token of base64", "token: !!binary dA==", "https Bearer t"),
        User("token of no base64", "token: !!binary '%%%'", Refused),
        User("token that is a number", "token: 123", Refused),
        User("token that is a boolean", "token: yes", Refused),
        User("token in a list", "token: [t]", Refused),
        User("token file", "tokenFile: token", "https Bearer filetoken"),
        User("token file that is not there", "tokenFile: nothing", Refused),
        User("token and token file", "token: t, tokenFile: token", "https Bearer filetoken"),
        User("token and a token file that is not there", "token: t, tokenFile: nothing", "https Bearer t"),
        User("password", "username: u, password: p", "https Basic dTpw"),
        User("password beyond ASCII", "username: ü, password: ö", "https Basic w7w6w7Y="),
        User("user name alone", "username: u", "https Basic dTo="),
        User("token and user name", "token: t, username: u", Refused),
        User("token and password", "token: t, password: p", Refused),
        User("token file and password", "tokenFile: token, username: u, password: p", Refused),
        User("nothing", "", Refused) with
        {
            Ours = "https",
            Because = NoIdentity,
        },
        User("password alone", "password: p", Refused) with
        {
            Ours = "https",
            Because = NoIdentity,
        },
        User("fields are spelt exactly", "Token: t", Refused) with
        {
            Ours = "https",
            Because = NoIdentity,
        },
        User("unknown fields", "token: t, colour: blue", "https Bearer t"),
        User("certificate", Certificate, "https cert"),
        User("certificate and token", Certificate + ", token: t", "https Bearer t cert"),
        User("certificate of files", "client-certificate: client.crt, client-key: client.key", "https cert"),
        User("certificate twice", Certificate + ", client-certificate: client.crt", Refused),
        User("certificate without a key", "client-certificate-data: {cert}", Refused),
        User("key without a certificate", "client-key-data: {key}", Refused),
        User("key without a certificate, and token", "token: t, client-key-data: {key}", "https Bearer t"),
        User("certificate and plugin", Certificate + ", " + Exec, "https cert"),
        User("token and plugin", "token: t, " + Exec, "https Bearer t"),
        User("token file and plugin", "tokenFile: token, " + Exec, "https Bearer filetoken"),
        User("plugin without a mode", "token: t, exec: {apiVersion: client.authentication.k8s.io/v1, command: x}", Refused),
        User("plugin without a command", "token: t, exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}", Refused),
        User("plugin of an unknown version", "token: t, exec: {apiVersion: example.com/v1, command: x, interactiveMode: Never}", Refused),
        User(
            "plugin with a nameless variable",
            "token: t, " + Exec.Replace("}", ", env: [{value: x}]}", StringComparison.Ordinal),
            Refused
        ),
        User("removed provider", "auth-provider: {name: gcp}", Refused),
        User("removed provider and token", "token: t, auth-provider: {name: gcp}", Refused),
        User("oidc without an issuer", "auth-provider: {name: oidc}", Refused),
        User(
            "oidc without a client",
            "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://127.0.0.1:1', id-token: {valid}}}",
            Refused
        ),
        User("oidc with a valid token", Oidc("{valid}"), "https Bearer {valid}"),
        User("oidc with an expired token", Oidc("{expired}"), Refused),
        User("oidc with a token that is none", Oidc("a.b.c"), Refused),
        User("oidc without a token", "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://127.0.0.1:1', client-id: c}}", Refused),
        User("oidc and token", "token: t, " + Oidc("{expired}"), "https Bearer t"),
        User("oidc and password", "username: u, password: p, " + Oidc("{valid}"), "https Basic dTpw"),
        User("oidc and certificate", Certificate + ", " + Oidc("{valid}"), "https Bearer {valid} cert"),
        User("oidc and plugin", Exec + ", " + Oidc("{valid}"), Refused),
        User("merged fields", "<<: {token: t}", "https Bearer t"),
        new("a password in the address", Config("server: '{https@}', certificate-authority-data: {ca}", "token: t"), "https Basic dTpw"),
        new("a user that is not there", Config(Cluster, "token: t", "cluster: k, user: nobody"), Refused),
        new("no user", Config(Cluster, "token: t", "cluster: k"), Refused),
        // Whom to act as.
        User(
            "impersonation",
            "token: t, as: j, as-uid: '7', as-groups: [a, b], as-user-extra: {reason: [test], Scopes: [v, w]}",
            "https Bearer t as j groups a,b uid 7 reason=test scopes=v scopes=w"
        ),
        User("impersonation with an empty extra", "token: t, as-user-extra: {}", "https Bearer t"),
        User("impersonation with empty groups", "token: t, as-groups: []", "https Bearer t"),
        User("impersonation with an empty uid", "token: t, as-uid: ''", "https Bearer t"),
        User("impersonation with an extra of nothing", "token: t, as: j, as-user-extra: {reason: }", "https Bearer t as j"),
        User("impersonation with an extra that is not a list", "token: t, as: j, as-user-extra: {reason: v}", Refused),
        User("groups without a user to act as", "token: t, as-groups: [a]", Refused),
        User("groups and an empty user to act as", "token: t, as: '', as-groups: [a]", Refused),
        User("uid without a user to act as", "token: t, as-uid: '7'", Refused),
        User("extra without a user to act as", "token: t, as-user-extra: {reason: [v]}", Refused),
        User("impersonation beyond ASCII", "token: t, as: jöe, as-groups: [ä, ß]", "https Bearer t as jöe groups ä,ß"),
        User("impersonation of a line break", "token: t, as: \"a\\r\\nImpersonate-Group: system:masters\"", Refused),
        User("impersonated group of a line break", "token: t, as: a, as-groups: [x, \"y\\nImpersonate-Group: system:masters\"]", Refused),
        User("impersonated group with a NUL", "token: t, as: a, as-groups: [\"x\\0y\", z]", Refused),
        User("impersonated group with the separator", "token: t, as: a, as-groups: [\"x\\x01y\", z]", Refused),
        User("impersonation of a name with a tab", "token: t, as: \"a\\tb\"", "https Bearer t as a\tb"),
        User("impersonated group with a comma", "token: t, as: a, as-groups: ['x, y', z]", "https Bearer t as a groups x, y,z"),
        User(
            "asked for a user",
            "token: t, as: j, as-uid: '7', as-groups: [a, b], as-user-extra: {x: [v, w]}",
            "https Bearer t as bob groups a,b uid 7 x=v x=w"
        ) with
        {
            As = "bob",
        },
        User("asked for a user and groups", "token: t, as: j, as-uid: '7', as-groups: [a]", "https Bearer t as bob groups c,d uid 7") with
        {
            As = "bob",
            AsGroups = ["c", "d"],
        },
        User("asked for groups, and a user in the file", "token: t, as: j, as-groups: [a, b]", "https Bearer t as j groups c") with
        {
            AsGroups = ["c"],
        },
        User("asked for a user, and groups in the file", "token: t, as-groups: [a, b]", "https Bearer t as bob groups a,b") with
        {
            As = "bob",
        },
        User("asked for groups", "token: t", Refused) with
        {
            AsGroups = ["c"],
        },
        User("asked for a user with a line break", "token: t", Refused) with
        {
            As = "a\nb",
        },
        // What the server is known by.
        Server("an authority", "certificate-authority-data: {ca}", "https Bearer t"),
        Server("an authority in a file", "certificate-authority: ca.crt", "https Bearer t"),
        Server("an authority twice", "certificate-authority: ca.crt, certificate-authority-data: {ca}", Refused),
        Server("another authority", "certificate-authority-data: {other}", Refused),
        Server("no authority", "colour: blue", Refused),
        Server("the server's own certificate", "certificate-authority: leaf.crt", "https Bearer t"),
        Server("a broken certificate among good ones", "certificate-authority-data: {broken}", "https Bearer t"),
        Server("broken certificates only", "certificate-authority-data: aGk=", Refused),
        Server("a file that is not there", "certificate-authority: nothing", Refused),
        Server("no base64", "certificate-authority-data: '%%%'", Refused),
        Server("insecure", "insecure-skip-tls-verify: true", "https Bearer t"),
        Server("insecure, in YAML's words", "insecure-skip-tls-verify: yes", "https Bearer t"),
        Server("insecure in quotes", "insecure-skip-tls-verify: 'true'", Refused),
        Server("insecure as a number", "insecure-skip-tls-verify: 1", Refused),
        Server("insecure with an authority", "insecure-skip-tls-verify: true, certificate-authority-data: {ca}", Refused),
        Server("insecure with an authority file", "insecure-skip-tls-verify: true, certificate-authority: ca.crt", Refused),
        Server("not insecure, with an authority", "insecure-skip-tls-verify: no, certificate-authority-data: {ca}", "https Bearer t"),
        Server("asked for insecure", "certificate-authority-data: {other}", "https Bearer t") with
        {
            SkipTlsVerify = true,
        },
        Server(
            "asked for insecure, with insecure",
            "insecure-skip-tls-verify: true, certificate-authority-data: {other}",
            "https Bearer t"
        ) with
        {
            SkipTlsVerify = true,
        },
        Server("a proxy of another kind", "certificate-authority-data: {ca}, proxy-url: 'ftp://x'", Refused),
        Server("a proxy without a scheme", "certificate-authority-data: {ca}, proxy-url: 'localhost:8080'", Refused),
        new("a server known by its subject only", Config("server: '{nameless}', certificate-authority-data: {ca}", "token: t"), Refused),
        new("no address", Config("certificate-authority-data: {ca}", "token: t"), Refused),
        // Addresses that are not what they look like.
        new("an IPv4 address in IPv6", Config("server: '{mapped}', certificate-authority-data: {ca}", "token: t"), "https Bearer t"),
        new("a short IPv4 address", Config("server: '{short}', certificate-authority-data: {ca}", "token: t"), Refused),
        new("an address with a space at its end", Config("server: '{https} ', certificate-authority-data: {ca}", "token: t"), Refused),
        new("an address with a space before it", Config("server: ' {https}', certificate-authority-data: {ca}", "token: t"), Refused),
        new(
            "an address with a space in its path",
            Config("server: '{https}/ ', certificate-authority-data: {ca}", "token: t"),
            "https Bearer t"
        ),
        new(
            "an address with backslashes",
            Config("server: 'https:\\\\127.0.0.1:1', certificate-authority-data: {ca}", "token: t"),
            Refused
        ),
        new("an address with a fragment", Config("server: '{https}/#x', certificate-authority-data: {ca}", "token: t"), "https Bearer t"),
        new("an address of base64", Config("server: !!binary {server64}, certificate-authority-data: {ca}", "token: t"), "https Bearer t"),
        Server("a proxy with a space at its end", "certificate-authority-data: {ca}, proxy-url: 'http://127.0.0.1:1 '", Refused),
        Server("a proxy with a space before it", "certificate-authority-data: {ca}, proxy-url: ' http://127.0.0.1:1'", Refused),
        Server("a proxy with a short IPv4 address", "certificate-authority-data: {ca}, proxy-url: 'http://127.1:1'", Refused),
        Server("base64 with a space", "certificate-authority-data: '{ca} '", Refused),
        // The file.
        File("a NUL at its end", text => text + "\0", Refused),
        File("a control character in a comment", text => text + "# \a\n", Refused),
        File("a letter beyond ASCII in a comment", text => text + "# \u00e9\u4e2d\U0001f600\n", "https Bearer t"),
        File(
            "no base64 in another cluster",
            text =>
                text.Replace(
                    "clusters:\n",
                    "clusters:\n- {name: z, cluster: {server: 'https://x', certificate-authority-data: '%%%'}}\n",
                    StringComparison.Ordinal
                ),
            Refused
        ),
        File("no base64 in another user", text => text + "- {name: z, user: {client-key-data: '%%%'}}\n", Refused),
        File("an unnamed user elsewhere", text => text + "- user: {token: x}\n", "https Bearer t"),
        File("two users of a name", text => text + "- {name: u, user: {token: x}}\n", Refused),
        File("a key twice", text => text.Replace("{token: t}", "{token: x, token: t}", StringComparison.Ordinal), "https Bearer t"),
        File("a list twice", text => text + "users:\n- {name: u, user: {token: x}}\n", "https Bearer x"),
        File("another kind", text => text.Replace("kind: Config", "kind: Pod", StringComparison.Ordinal), Refused),
        File("another version", text => text.Replace("apiVersion: v1", "apiVersion: v2", StringComparison.Ordinal), Refused),
        File(
            "no kind and no version",
            text => text.Replace("apiVersion: v1\nkind: Config\n", "", StringComparison.Ordinal),
            "https Bearer t"
        ),
        File(
            "a name that is a number",
            text =>
                text.Replace("name: c\n", "name: 5\n", StringComparison.Ordinal)
                    .Replace("current-context: c", "current-context: 5", StringComparison.Ordinal),
            Refused
        ),
        File("a broken second document", text => text + "---\na: [", "https Bearer t"),
        File(
            "JSON",
            _ =>
                """
                    {"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"k","user":"u"}}],
                    "clusters":[{"name":"k","cluster":{"server":"{https}","certificate-authority-data":"{ca}"}}],"users":[{"name":"u","user":{"token":"t"}}]}
                    """,
            "https Bearer t"
        ),
        File("Latin-1", text => text + "# \u00f6\n", Refused),
        File("an alias", text => "x: &u {token: a}\n" + text.Replace("{token: t}", "*u", StringComparison.Ordinal), "https Bearer a"),
        File(
            "a merged mapping",
            text => "x: &u {token: a}\n" + text.Replace("{token: t}", "{<<: *u}", StringComparison.Ordinal),
            "https Bearer a"
        ),
        File("a value of a wrong type elsewhere", text => text + "- {name: z, user: {token: [x]}}\n", Refused) with
        {
            Ours = "https Bearer t",
            Because = "only what the context uses is read",
        },
    ];

    /// <summary>The case whose file is not UTF-8.</summary>
    public const string Latin1 = "file: Latin-1";

    private static string Oidc(string token) =>
        $"auth-provider: {{name: oidc, config: {{idp-issuer-url: 'https://127.0.0.1:1', client-id: c, id-token: {token}}}}}";

    private static string Cluster => "server: '{https}', certificate-authority-data: {ca}";

    private static KubeconfigCase Http(
        string name,
        string kubectl,
        string cluster = "x: y",
        string user = "token: t",
        string context = "cluster: k, user: u"
    ) => new(name, Config($"server: '{{http}}', {cluster}", user, context), kubectl);

    private static KubeconfigCase User(string name, string user, string kubectl) => new("user: " + name, Config(Cluster, user), kubectl);

    private static KubeconfigCase Server(string name, string cluster, string kubectl) =>
        new("server: " + name, Config("server: '{https}', " + cluster, "token: t"), kubectl);

    private static KubeconfigCase File(string name, Func<string, string> change, string kubectl) =>
        new("file: " + name, change(Config(Cluster, "token: t")), kubectl);

    private static string Config(string cluster, string user, string context = "cluster: k, user: u") =>
        $"apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts:\n- name: c\n  context: {{{context}}}\nclusters:\n- name: k\n  cluster: {{{cluster}}}\nusers:\n- name: u\n  user: {{{user}}}\n";
}
