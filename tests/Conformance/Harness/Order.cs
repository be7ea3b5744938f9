[assembly: TestCollectionOrderer("NodeManager.Testing.LongestFirst", "NodeManager.Testing")]
