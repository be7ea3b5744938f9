namespace NodeManager.Scheduling.Tests;

public class AmountListTests
{
    [Fact]
    public void Amounts_are_added_subtracted_and_raised_by_name()
    {
        var list = new AmountList { ["cpu"] = 1 };
        list.Add(
            new AmountList
            {
                ["memory"] = 5,
                ["cpu"] = 0.5m,
                ["example.com/gpu"] = 2,
            }
        );
        Assert.Equal([new("cpu", 1.5m), new("memory", 5m), new("example.com/gpu", 2m)], list.ToArray());

        list.Subtract(new AmountList { ["example.com/gpu"] = 2, ["cpu"] = 1 });
        list.Raise(
            new AmountList
            {
                ["memory"] = 4,
                ["cpu"] = 3,
                ["pods"] = 1,
            }
        );
        Assert.Equal([new("cpu", 3m), new("memory", 5m), new("example.com/gpu", 0m), new("pods", 1m)], list.ToArray());
        Assert.Equal((4, 0m, true, false), (list.Count, list.Of("other"), list.ContainsKey("pods"), list.ContainsKey("other")));
        Assert.Throws<KeyNotFoundException>(() => list["other"]);
    }

    [Fact]
    public void A_copy_changes_alone()
    {
        var list = new AmountList { ["cpu"] = 1 };
        var copy = new AmountList(list) { ["cpu"] = 2, ["memory"] = 3 };
        Assert.Equal((1, 1m, 2m), (list.Count, list["cpu"], copy["cpu"]));
    }

    [Theory]
    [InlineData("cpu", 1, true)]
    [InlineData("cpu", 2, false)]
    [InlineData("memory", 1, false)]
    public void Lists_are_equal_with_the_same_names_and_amounts(string name, int amount, bool areEqual)
    {
        var list = new AmountList { ["cpu"] = 1 };
        Assert.Equal(areEqual, list.HasSameAmounts(new() { [name] = amount }));
        Assert.Equal(areEqual, new AmountList { ["x"] = 1, ["cpu"] = 1 }.HasSameAmounts(new() { [name] = amount, ["x"] = 1 }));
        Assert.False(list.HasSameAmounts(new() { [name] = amount, ["x"] = 1 }));
    }
}
