using System.Text;
using NodeManager.Server.Delegation;
using NodeManager.Server.OpenIdConnect;
using NodeManager.Server.Options;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.SignIn;

public sealed class SignInSettingsTests
{
    [Theory]
    [InlineData("/admin")]
    [InlineData("/admin/nodes/worker-1.example.com?tab=pods&q=zone%3Aa")]
    [InlineData("/admin/nodes/a%20b")]
    public void A_page_of_the_console_is_returned_to(string page) => Assert.Equal(page, BrowserSignInRoutes.PageOf(page));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://evil.example.com/admin")]
    [InlineData("//evil.example.com/admin")]
    [InlineData("/\\evil.example.com")]
    [InlineData("/administrator")]
    [InlineData("/admin/../sign-out")]
    [InlineData("/admin/./x")]
    [InlineData("/admin/..")]
    [InlineData("/admin/%2e%2e/x")]
    [InlineData("/admin/..%2fx")]
    [InlineData("/admin/%5cx")]
    [InlineData("/admin\\x")]
    [InlineData("/admin#x")]
    [InlineData("/admin?x#y")]
    [InlineData("/admin\r\nSet-Cookie: a=b")]
    [InlineData("/admin\n")]
    [InlineData("/admin/%0d%0a")]
    [InlineData("javascript:alert(1)")]
    [InlineData(" /admin")]
    public void Any_other_address_is_replaced_by_the_start_of_the_console(string? page) =>
        Assert.Equal("/admin", BrowserSignInRoutes.PageOf(page));

    [Fact]
    public void Sealed_content_opens_for_its_purpose_with_its_key_only()
    {
        using TemporaryFolder folder = new();
        CookieSeal seal = new(Settings(folder.Write("one", new string('1', 32)))),
            other = new(Settings(folder.Write("two", new string('2', 32))));
        byte[] content = Encoding.UTF8.GetBytes("content");

        string text = seal.Seal("session", content);

        Assert.Equal(content, seal.Open("session", text));
        Assert.NotEqual(text, seal.Seal("session", content));
        Assert.Null(seal.Open("sign-in", text));
        Assert.Null(other.Open("session", text));
        Assert.All(
            Enumerable.Range(0, text.Length - 1),
            index => Assert.Null(seal.Open("session", text[..index] + (text[index] == 'A' ? 'B' : 'A') + text[(index + 1)..]))
        );
        Assert.All(["", "!", "AAAA", text[..20], text + "AAAA"], broken => Assert.Null(seal.Open("session", broken)));
    }

    [Fact]
    public void A_key_that_is_missing_or_short_fails_the_start_and_is_not_shown()
    {
        using TemporaryFolder folder = new();

        NodeManagerException missing = Assert.Throws<NodeManagerException>(() => new CookieSeal(Settings(folder.Path("missing")))),
            small = Assert.Throws<NodeManagerException>(() => new CookieSeal(Settings(folder.Write("short", "short-key-of-a-test"))));

        Assert.Equal([ErrorIds.SignInFileUnreadable, ErrorIds.SignInFileUnreadable], [missing.ErrorId, small.ErrorId]);
        Assert.DoesNotContain("short-key-of-a-test", small.ToString(), StringComparison.Ordinal);
    }

    private static OidcSettings Settings(string key) => new("https://issuer", "console", null, null, [], [], new("https://console"), key);
}
