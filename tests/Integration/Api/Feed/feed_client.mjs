// Prints what the live feed sends, by Node's own WebSocket; after a retraction it asks whether the feed lives, and leaves.
const socket = new WebSocket(process.argv[2]);
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  console.log(message.seq && message.channel ? `${message.type} ${message.channel} ${message.slot}` : message.type);
  if (message.type === 'retracted') socket.send(JSON.stringify({ ping: 1 }));
  if (message.type === 'pong') socket.close(1000);
};
socket.onerror = (event) => { console.error(event.message); process.exitCode = 1; };
socket.onclose = ({ code }) => console.log(`closed ${code}`);
