import http.client, json, os, time

runtime = os.environ.get("XDG_RUNTIME_DIR")
folder = f"{runtime}/ridealong" if runtime else os.path.expanduser("~/.local/share/ridealong/run")
cursor = 0  # everything; later runs may begin where this one ended
while True:
    try:
        server = json.load(open(f"{folder}/serve.json"))
        connection = http.client.HTTPConnection("127.0.0.1", server["port"])
        path = f"/api/stream?kinds=extraction&since={cursor}"
        connection.request("GET", path, headers={"Authorization": f"Bearer {server['token']}"})
        for line in connection.getresponse():
            if line.startswith(b"data: "):
                message = json.loads(line[6:])
                cursor = message["cursor"]
                if message["type"] == "extraction":
                    print(message["agent"], message["event_type"], message["matched_value"], flush=True)
    except (OSError, http.client.HTTPException):
        pass  # no server now; the next one goes on from the cursor
    time.sleep(0.5)
