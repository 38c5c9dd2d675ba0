{
  "targets": [
    {
      "target_name": "posix",
      "sources": ["native/posix.c"],
      "cflags": ["-std=gnu11", "-Wall", "-Wextra"],
      "conditions": [["OS=='linux'", { "libraries": ["-lutil"] }]]
    },
    {
      "target_name": "ridealong-monitor",
      "type": "executable",
      "sources": ["native/monitor.c"],
      "cflags": ["-std=gnu11", "-Wall", "-Wextra"]
    }
  ]
}
