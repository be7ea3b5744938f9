using System.Collections;
using System.Globalization;

namespace NodeManager.Core.Tests.Objects;

public sealed class SortedEntriesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(100)]
    public void A_map_is_what_a_sorted_dictionary_of_the_same_entries_is(int count)
    {
        var random = new Random(count);
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (expected.Count < count)
            expected["kEy/"[random.Next(4)] + random.Next(1000).ToString(CultureInfo.InvariantCulture)] = random
                .Next()
                .ToString(CultureInfo.InvariantCulture);
        KeyValuePair<string, string>[] mixed = [.. expected];
        random.Shuffle(mixed);

        foreach (
            StringMap map in new[] { new StringMap(mixed), new StringMap(expected), new StringMap(new Dictionary<string, string>(mixed)) }
        )
        {
            Assert.Equal(expected, map);
            Assert.Equal(expected.Keys, map.Keys);
            Assert.Equal(expected.Values, map.Values);
            Assert.Equal(count, map.Count);
            Assert.All(expected, entry => Assert.Equal(entry.Value, map[entry.Key]));
            Assert.All(expected, entry => Assert.Equal(entry.Value, ((IDictionary)map)[entry.Key]));
            Assert.Equal(expected.Keys, ((IDictionary)map).Keys.Cast<string>());
            Assert.False(map.TryGetValue("none", out _));
            Assert.False(map.ContainsKey("kEy"));
        }
    }

    [Fact]
    public void A_key_that_is_missing_is_an_error_and_none_to_a_script()
    {
        var map = new StringMap([new("a", "1")]);

        Assert.Throws<KeyNotFoundException>(() => map["b"]);
        Assert.Null(((IDictionary)map)["b"]);
    }

    [Fact]
    public void Two_entries_of_one_key_are_an_error() =>
        Assert.Throws<ArgumentException>(() => new AmountMap([new("b", 1), new("a", 2), new("b", 1)]));

    [Fact]
    public void Nothing_changes_a_map()
    {
        IDictionary<string, string> map = new StringMap([new("a", "1")]);

        Assert.True(map.IsReadOnly);
        Assert.Throws<NotSupportedException>(() => map["a"] = "2");
        Assert.Throws<NotSupportedException>(() => map.Add("b", "2"));
        Assert.Throws<NotSupportedException>(map.Clear);
    }
}
