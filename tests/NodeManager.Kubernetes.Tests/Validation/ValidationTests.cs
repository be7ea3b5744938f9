using NodeManager.Kubernetes.Validation;

namespace NodeManager.Kubernetes.Tests.Validation;

public sealed class ValidationTests
{
    private static readonly string Long = new('a', 64);

    [Theory]
    [InlineData("a")]
    [InlineData("worker-1.example.com")]
    [InlineData("1a")]
    public void Valid_names_are_accepted(string name) => Assert.Null(KubernetesNames.CheckSubdomain(name));

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a..b")]
    [InlineData("a.")]
    [InlineData("a_b")]
    [InlineData("ä")]
    public void Invalid_names_are_refused_with_the_message_of_the_server(string name) =>
        Assert.Equal(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
                + "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
            KubernetesNames.CheckSubdomain(name)
        );

    [Fact]
    public void Names_have_a_maximum_length()
    {
        Assert.Equal("must be no more than 253 characters", KubernetesNames.CheckSubdomain(new('a', 254)));
        Assert.Null(KubernetesNames.CheckSubdomain(new('a', 253)));
        Assert.Equal("must be no more than 63 characters", KubernetesNames.CheckLabel(Long));
        Assert.Contains("or '123-abc', regex", KubernetesNames.CheckLabel("a.b"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zone")]
    [InlineData("My_Key.1")]
    [InlineData("topology.kubernetes.io/zone")]
    [InlineData("1/1")]
    public void Valid_label_keys_are_accepted(string key) => Assert.Null(LabelRules.CheckKey(key));

    [Theory]
    [InlineData("", "name part must be non-empty; name part must consist of")]
    [InlineData("/a", "prefix part must be non-empty")]
    [InlineData("a/", "name part must be non-empty")]
    [InlineData("a/b/c", "a qualified name must consist of")]
    [InlineData("A/b", "prefix part a lowercase RFC 1123 subdomain")]
    [InlineData(
        "-a",
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    )]
    [InlineData("a b", "name part must consist of")]
    public void Invalid_label_keys_are_refused(string key, string rule) =>
        Assert.StartsWith(rule, LabelRules.CheckKey(key), StringComparison.Ordinal);

    [Fact]
    public void Label_values_are_checked()
    {
        Assert.Null(LabelRules.CheckValue(""));
        Assert.Null(LabelRules.CheckValue("A.b_c-1"));
        Assert.Equal("must be no more than 63 bytes", LabelRules.CheckValue(Long));
        Assert.StartsWith("a valid label must be an empty string or consist of", LabelRules.CheckValue("-x"), StringComparison.Ordinal);
        Assert.StartsWith("a valid label must be an empty string or consist of", LabelRules.CheckValue("a b"), StringComparison.Ordinal);
    }

    [Fact]
    public void Annotation_prefixes_can_be_upper_case()
    {
        Assert.Null(LabelRules.CheckAnnotationKey("Example.COM/note"));
        Assert.NotNull(LabelRules.CheckAnnotationKey("a/b/c"));
    }

    [Fact]
    public void Taints_are_checked()
    {
        Assert.Null(TaintRules.CheckEffect("NoExecute"));
        Assert.Equal("Required value", TaintRules.CheckEffect(""));
        Assert.Equal(
            "Unsupported value: \"noexecute\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
            TaintRules.CheckEffect("noexecute")
        );
        Assert.Null(TaintRules.CheckValue(null));
        Assert.NotNull(TaintRules.CheckKey("a b"));
    }
}
