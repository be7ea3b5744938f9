using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Tests.Ownership;

public sealed class ListMergeOrderTests
{
    [Theory]
    [InlineData("abc", "abc", "abc")]
    [InlineData("", "ab", "ab")]
    [InlineData("ab", "", "ab")]
    [InlineData("abc", "cba", "cba")]
    [InlineData("abc", "ba", "bca")]
    [InlineData("abc", "xcya", "bxcya")]
    [InlineData("abcd", "bxd", "abcxd")]
    [InlineData("ab", "xaby", "xaby")]
    [InlineData("a1b2", "ba", "1b2a")]
    public void Applied_elements_are_ordered_and_other_elements_keep_their_place(string live, string applied, string expected)
    {
        PathElement[] old = Elements(live),
            its = Elements(applied);
        Assert.Equal(
            expected,
            string.Concat(ListMergeOrder.Of(old, its).Select(pair => (pair.Applied < 0 ? old[pair.Live] : its[pair.Applied]).Text))
        );
    }

    private static PathElement[] Elements(string letters) => [.. letters.Select(letter => PathElement.Field(letter.ToString()))];
}
